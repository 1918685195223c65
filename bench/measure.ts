/** Something that is done many times, and what it is called in the results. */
export interface Subject {
  readonly name: string
  /** One operation; `i` counts up, so that it can take another input each time. */
  run(i: number): unknown
}

/** CPU time of an operation in microseconds: median of the rounds, and how far they are apart. */
export interface Cost {
  readonly median: number
  /** (third quartile − first quartile) ÷ median. */
  readonly spread: number
}

/**
 * Measures subjects side by side: every round runs each of them for a while, in turn, so that whatever else the machine does
 * hits all of them.
 *
 * @param rounds - how often
 * @param milliseconds - how long a subject runs in a round
 */
export async function sideBySide(
  subjects: readonly Subject[],
  rounds: number,
  milliseconds: number
): Promise<Map<string, Cost>> {
  const costs = new Map(subjects.map(({ name }) => [name, [] as number[]]))
  const counts = new Map(subjects.map(({ name }) => [name, 0]))
  for (let round = 0; round <= rounds; round++) {
    for (const subject of subjects) {
      const from = counts.get(subject.name) ?? 0
      const { cost, count } = await once(subject, from, milliseconds)
      counts.set(subject.name, from + count)
      if (round) costs.get(subject.name)?.push(cost) // the first one warms up
    }
  }
  return new Map([...costs].map(([name, values]) => [name, summary(values)]))
}

async function once({ run }: Subject, from: number, milliseconds: number) {
  const end = performance.now() + milliseconds
  const before = process.cpuUsage()
  let count = 0
  do {
    for (let i = 0; i < 50; i++) await run(from + count++)
  } while (performance.now() < end)
  const { user, system } = process.cpuUsage(before)
  return { cost: (user + system) / count, count }
}

/** Of values of one kind. */
export function summary(values: readonly number[]): Cost {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN
  return { median: at(0.5), spread: (at(0.75) - at(0.25)) / at(0.5) }
}
