import type { IncomingMessage, ServerResponse } from 'node:http'

/** Called by body parsers with the bytes of a body; an error it throws answers the request. */
type Verify = (req: IncomingMessage, res: ServerResponse, body: Buffer, encoding: string) => void

/** `cds.server.body_parser`: options of express's body parsers. */
export interface BodyParserOptions {
  readonly verify?: Verify
}

/** Options with which a JSON body that is neither object nor list is 400: CAP stops the process at `null`. */
export function objectsOnly(options: BodyParserOptions = {}): BodyParserOptions {
  return {
    ...options,
    verify: (req, res, body, encoding) => {
      options.verify?.(req, res, body, encoding)
      const isJson = /\bjson\b/i.test(req.headers['content-type'] ?? '')
      if (!isJson || /^\s*([{[]|$)/.test(body.toString('utf8', 0, 256))) return
      throw Object.assign(new Error('the body is not a JSON object'), { status: 400 })
    }
  }
}
