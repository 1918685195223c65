import fc from 'fast-check'

const SEED = Number(process.env['FC_SEED'] ?? 20_261_121)

/** Times as many inputs as usual. */
const EFFORT = Number(process.env['FC_EFFORT'] ?? 1)

/** Generated inputs are the same in every run; `FC_SEED=<number>` tries others, and `FC_EFFORT=<times>` more of them. */
fc.configureGlobal({ seed: SEED })

export { fc }

/** How many inputs to generate, where `count` are enough for every run of the tests. */
export function effort(count: number): number {
  return Math.ceil(count * EFFORT)
}

/** Which share of many inputs is enough for every run: one of that many. */
export function part(one: number): number {
  return Math.max(1, Math.floor(one / EFFORT))
}

/** A part of all, chosen by the seed; with enough effort all of them. */
export function sampled<T>(all: readonly T[], share: number): T[] {
  return all.filter((_, index) => fraction(SEED, index) < share * EFFORT)
}

/** A number from 0 to below 1 that is the same for the same arguments. */
function fraction(seed: number, index: number): number {
  let state = Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32
}
