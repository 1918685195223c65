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

/**
 * How long an operation takes, in microseconds: medians of the rounds' medians. Operations of the subjects alternate.
 *
 * @param rounds - how often
 * @param milliseconds - how long all subjects run in a round
 */
export async function latencies(
  subjects: readonly Subject[],
  rounds: number,
  milliseconds: number
): Promise<Map<string, Cost>> {
  const medians = new Map(subjects.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    const times = new Map(subjects.map(({ name }) => [name, [] as number[]]))
    const end = performance.now() + milliseconds
    for (let i = 0; performance.now() < end; i++) {
      for (const { name, run } of subjects) {
        const start = performance.now()
        await run(i)
        times.get(name)?.push((performance.now() - start) * 1000)
      }
    }
    if (!round) continue // the first one warms up
    for (const [name, values] of times) medians.get(name)?.push(summary(values).median)
  }
  return new Map([...medians].map(([name, values]) => [name, summary(values)]))
}

/** Of values of one kind. */
export function summary(values: readonly number[]): Cost {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN
  return { median: at(0.5), spread: (at(0.75) - at(0.25)) / at(0.5) }
}
