import { createServer } from 'node:net'

/** Where the operating system takes the ports from that it gives to others (`net.ipv4.ip_local_port_range`). */
const EPHEMERAL = 32_768
/** Above 10080, which browsers and `fetch` refuse (WHATWG Fetch, "bad port"). */
const FIRST = 10_100

/** Far from those of other processes of this machine. */
let next = FIRST + ((process.pid * 64) % (EPHEMERAL - FIRST))

/**
 * A port for a server that takes no port 0. Nobody is given it by chance between now and the server's start: it is not one
 * that the operating system hands out, and each process of the tests looks elsewhere.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next
    next = port + 1 < EPHEMERAL ? port + 1 : FIRST
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => {
      done(false)
    })
    server.listen(port, () => {
      server.close(() => {
        done(true)
      })
    })
  })
}
