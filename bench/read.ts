import type { Emulator } from '../src/emulator/index.js'
import type { Effort } from './inbound.js'
import { ratioOf, startSide } from './side.js'
import type { Target } from './targets.js'
import { tokens } from './tokens.js'

const ACTIVE = 1000

/** A whole READ of one row over HTTP, 1000 active tokens in turn: CPU of the server against one without authentication. */
export async function read(emulator: Emulator, effort: Effort): Promise<Target[]> {
  const active = await tokens(emulator, 'S', ACTIVE)
  const credentials = emulator.vcapServices().xsuaa[0]?.credentials
  const env = { BENCH_CREDENTIALS: JSON.stringify(credentials), BENCH_CA: emulator.ca }
  const start = (kind: string) => startSide('read-server', kind, '/s/Equipment(1)', env)
  const headers = (i: number) => ({ authorization: `Bearer ${active[i % ACTIVE] ?? ''}` })
  const { rounds, milliseconds } = effort
  const measure = (kind: string, pairs: number) =>
    ratioOf(async () => [await start(kind), await start('none')], headers, {
      pairs,
      rounds,
      milliseconds: 2 * milliseconds
    })
  const ours = await measure('ours', 2)
  const stock = await measure('stock', 1)
  const name = `READ of one row, 1000 active tokens: CPU ÷ no authentication (stock: ${stock.median.toFixed(2)})`
  const target = 1.05
  return [{ name, value: ours.median, target, met: ours.median <= target, spread: ours.spread }]
}
