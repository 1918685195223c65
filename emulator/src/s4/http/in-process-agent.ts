import { Agent, type Server } from 'node:http'
import { duplexPair, type Duplex } from 'node:stream'

/** Connects an HTTP client to a server in the same process without any socket: no other process can reach that server. */
export function inProcessAgent(server: Server): Agent {
  class InProcessAgent extends Agent {
    override createConnection(): Duplex {
      const [client, remote] = duplexPair()
      // a pair tells the other side that there is no more data, and not that a side was destroyed
      client.once('close', () => remote.destroy())
      server.emit('connection', remote)
      return client
    }
  }
  return new InProcessAgent()
}
