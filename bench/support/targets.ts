/** A measured ratio, and what it should be at most. */
export interface Target {
  readonly name: string
  readonly value: number
  readonly target: number
  readonly met: boolean
  /** Of the noisiest measurement behind it, relative. */
  readonly spread: number
}

/** One line for each, aligned. */
export function table(targets: readonly Target[]): string {
  const width = Math.max(...targets.map(({ name }) => name.length))
  return targets
    .map(({ name, value, target, met, spread }) =>
      [
        name.padEnd(width),
        value.toPrecision(3).padStart(8),
        `<= ${target.toPrecision(3)}`,
        met ? 'met' : 'NOT met',
        `(spread ${(spread * 100).toFixed(0)} %)`
      ].join('  ')
    )
    .join('\n')
}

/** At most `most`. */
export function target(name: string, value: number, most: number, spread = 0): Target {
  return { name, value, target: most, met: value <= most, spread }
}
