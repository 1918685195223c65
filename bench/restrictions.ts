import type { Effort } from './inbound.js'
import { ratioOf, startSide } from './side.js'
import type { Target } from './targets.js'

/**
 * A restricted READ over HTTP, 50 rows from SQLite in memory, with and without the plugin's restrictions: CPU of the server
 * per request. The two take turns, in processes of their own.
 */
export async function restrictions({ rounds, milliseconds }: Effort): Promise<Target[]> {
  const start = (kind: string) => startSide('restricted-server', kind, '/s/Equipment')
  const { median: value, spread } = await ratioOf(
    async () => [await start('ours'), await start('stock')],
    () => ({}),
    { pairs: 3, rounds: 2 * rounds, milliseconds: 2 * milliseconds }
  )
  const target = 1.05
  return [{ name: 'restricted READ: CPU ÷ stock', value, target, met: value <= target, spread }]
}
