import { setTimeout as pause } from 'node:timers/promises'

import type { Sample } from '../../../test/support/sample.js'
import { call, isRefused } from '../http.js'
import { SHUTDOWN_TIMEOUT } from '../servers/landscape.js'
import { hasThrown } from './own-end.js'

/** Milliseconds between two questions whether an instance is ready. */
const PERIOD = 50

/** Milliseconds that an instance is given beyond the time after which it has to end itself. */
const GRACE = 5_000

/** Line of the log of an instance that has not finished its work. */
const UNDER_WAY = 'ends with work under way'

/** How an instance has ended that was told to. */
export interface GracefulEnd {
  /** `null` if a signal has ended it. */
  readonly exitCode: number | null
  readonly milliseconds: number
  /** True if it has said that it is not ready while it still took connections. */
  readonly hasSaidNotReady: boolean
  readonly printed: string
}

/** Tells an instance to end as a platform does, and watches it. */
export async function endGracefully(sample: Sample, port: number): Promise<GracefulEnd> {
  const from = performance.now()
  let isOver = false
  const late = setTimeout(() => void sample.kill(), SHUTDOWN_TIMEOUT + GRACE)
  const terminated = sample.terminate().finally(() => (isOver = true))
  const hasSaidNotReady = await saysNotReady(port, () => isOver)
  const exitCode = await terminated
  clearTimeout(late)
  const milliseconds = performance.now() - from
  await sample.ended
  const printed = await sample.output()
  await sample.stop()
  return { exitCode, milliseconds, hasSaidNotReady, printed }
}

/** Asks an instance itself until it says that it is not ready, or takes no connection any more. */
async function saysNotReady(port: number, isOver: () => boolean): Promise<boolean> {
  const url = `http://127.0.0.1:${String(port)}/health/ready`
  for (;;) {
    const outcome = await call(url)
    if (outcome.status === 503) return true
    if (isRefused(outcome) || isOver()) return false
    await pause(PERIOD)
  }
}

/** Returns what was wrong with the end of an instance that was told to. An error that it has thrown is judged as an end by itself. */
export function wrongWithEnd(end: GracefulEnd): string[] {
  const { exitCode, milliseconds, hasSaidNotReady, printed } = end
  const wrong: string[] = []
  if (!hasThrown(printed)) {
    if (!hasSaidNotReady) wrong.push('it has not said that it is not ready')
    if (exitCode !== 0) wrong.push(`its exit code is ${String(exitCode)}`)
  }
  if (milliseconds >= SHUTDOWN_TIMEOUT) wrong.push('it was not done in time')
  if (printed.includes(UNDER_WAY)) wrong.push('it had work under way')
  return wrong
}
