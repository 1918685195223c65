import type { Emulator } from '../../emulator/src/index.js'
import type { Effort } from './inbound.js'
import { compare, type Side, startSide } from '../support/side.js'
import { target, type Target } from '../support/targets.js'
import { tokens } from '../support/tokens.js'

const ACTIVE = 1000

const CONNECTIONS = [10, 50]

/** A whole READ of one row over HTTP, 1000 active tokens in turn: CPU of the server against one without authentication. */
export async function read(emulator: Emulator, effort: Effort): Promise<Target[]> {
  const active = await tokens(emulator, 'S', ACTIVE)
  const credentials = emulator.vcapServices().xsuaa[0]?.credentials
  const env = { BENCH_CREDENTIALS: JSON.stringify(credentials), BENCH_CA: emulator.ca }
  const headers = (i: number) => ({ authorization: `Bearer ${active[i % ACTIVE] ?? ''}` })
  const measure = async (kind: string) => {
    const start = async () => {
      const server = await startSide('read-server', kind, '/s/Equipment(1)', env)
      const withAuth = (name: string): Side => ({ ...server, headers: { 'x-auth': name } })
      return [withAuth(kind), withAuth('none')] as const
    }
    return compare(start, headers, {
      pairs: Math.ceil(effort.rounds / 5),
      rounds: Math.ceil(effort.rounds / 4),
      milliseconds: 2 * effort.milliseconds,
      connections: CONNECTIONS
    })
  }
  const [ours, stock] = [await measure('ours'), await measure('stock')]
  return CONNECTIONS.flatMap((connections) => {
    const [own, other] = [ours.get(connections), stock.get(connections)]
    const row = (what: 'cpu' | 'wall', word: string) => {
      const compared = `stock: ${other?.[what].median.toFixed(2) ?? ''}`
      const name = `READ of one row, 1000 tokens, ${String(connections)} connections: ${word} ÷ no authentication (${compared})`
      return target(name, own?.[what].median ?? NaN, 1.05, own?.[what].spread)
    }
    return [row('cpu', 'CPU'), row('wall', 'time')]
  })
}
