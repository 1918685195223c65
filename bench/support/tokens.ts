import type { Emulator } from '../../emulator/src/index.js'

/** Sizes of realistic tokens: scopes, attributes, and what that comes to. */
export const SIZES = {
  /** 1.5 kB of claims, 5 scopes. */
  S: { scopes: 5, attributes: 3, filler: 500 },
  /** 4 kB of claims, 60 scopes. */
  L: { scopes: 60, attributes: 17, filler: 1300 }
} as const

export type Size = keyof typeof SIZES

/** Different users' tokens of one size, issued by the emulated XSUAA. */
export async function tokens(emulator: Emulator, size: Size, count: number): Promise<string[]> {
  const { xsappname } = emulator.vcapServices().xsuaa[0]?.credentials as { xsappname: string }
  const { scopes, attributes, filler } = SIZES[size]
  const scope = Array.from({ length: scopes }, (_, i) => `${xsappname}.Role${String(i)}`)
  const names = Array.from({ length: attributes }, (_, i) => [
    `attribute${String(i)}`,
    ['1010', '1710']
  ])
  const issue = (i: number) =>
    emulator.issueToken({
      user: 'alice',
      claims: {
        user_name: `user${String(i)}`,
        // the Cloud SDK tells users apart by it
        user_id: `id-${String(i)}`,
        sub: `id-${String(i)}`,
        scope,
        'xs.user.attributes': Object.fromEntries(names),
        'xs.system.attributes': { 'xs.rolecollections': ['x'.repeat(filler)] }
      }
    })
  const all: string[] = []
  for (let i = 0; i < count; i++) all.push(await issue(i))
  return all
}

/** A string of its own, as the HTTP parser makes one for every request. */
export const fresh = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')
