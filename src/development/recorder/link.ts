import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'

import cds from '@sap/cds'

import { isFromThisMachine } from '../../inbound/this-machine.js'

/** Path at the application that leads to the recorder, also on CAP's welcome page. */
const PATH = '/-/recorder'

/** The express application, with the function that CAP adds for user interfaces. */
interface Application {
  get(path: string, handle: (req: IncomingMessage, res: ServerResponse) => void): void
  serve?(path: string): { from(folder: string): void }
}

/**
 * Links the recorder's page from CAP's welcome page. The link leads to the address with the key, for requests from this
 * machine only.
 *
 * @param address - of the page, with its key
 * @see `@sap/cds`, server.js, `app.serve`
 * @internal
 */
export function linkRecorder(address: string): void {
  cds.once('bootstrap', (application: unknown) => {
    const app = application as Application
    app.get(PATH, (req, res) => {
      const isAllowed = isFromThisMachine(req)
      res.writeHead(isAllowed ? 302 : 404, {
        'cache-control': 'no-store',
        ...(isAllowed && { location: address })
      })
      res.end()
    })
    app.serve?.(PATH).from(join(__dirname, 'nothing-else')) // for the link alone
  })
}
