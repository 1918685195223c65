import type { Effort } from './inbound.js'
import { compare, startSide } from '../support/side.js'
import { target, type Target } from '../support/targets.js'

/**
 * A restricted READ over HTTP, 50 rows from SQLite in memory, with and without the plugin's restrictions: CPU of the server
 * per request. The two take turns, in processes of their own.
 */
export async function restrictions({ rounds, milliseconds }: Effort): Promise<Target[]> {
  const start = (kind: string) => startSide('restricted-server', kind, '/s/Equipment')
  const ratios = await compare(
    async () => [await start('ours'), await start('stock')],
    () => ({}),
    { pairs: Math.ceil(rounds / 5), rounds: 2 * rounds, milliseconds: 2 * milliseconds }
  )
  return [...ratios.values()].map(({ cpu: { median, spread } }) =>
    target('restricted READ: CPU ÷ stock', median, 1.05, spread)
  )
}
