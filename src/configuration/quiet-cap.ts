import { cap } from '../cap.js'
import { PrincipalError } from '../errors.js'
import { isExplained } from '../lib/log.js'

/** CAP's loggers of protocols and of remote services; `error` is that of routes without a protocol. */
const LOGGERS_OF_CAP = [
  ...['remote', 'odata', 'odata-v4', 'rest', 'hcql', 'graphql', 'mcp'],
  ...['error', 'http']
]

/** CAP's loggers of queues: their entries say as well what becomes of a message. */
const LOGGERS_OF_QUEUES = ['queue', 'persistent-queue', 'scheduling']

/**
 * Moves to `debug` the entries of CAP about errors that an entry of this package explains: a failed
 * call is one line. Entries of queues stay, with the code in place of the error. Called when the server is about to listen,
 * when all loggers are there.
 *
 * @internal
 */
export function quietExplainedErrors(): void {
  for (const name of [...LOGGERS_OF_CAP, ...LOGGERS_OF_QUEUES]) {
    const logger = cap.log(name)
    const isOfQueue = LOGGERS_OF_QUEUES.includes(name)
    for (const level of ['warn', 'error'] as const) {
      const write = logger[level]
      logger[level] = (...args: unknown[]) => {
        if (!args.some((arg) => isExplained(arg))) write(...args)
        else if (isOfQueue) write(...args.map((arg) => (isExplained(arg) ? codeIn(arg) : arg)))
        else logger.debug(...args)
      }
    }
  }
}

/** Returns the code of an explained error, or of the one inside it. */
function codeIn(error: unknown): unknown {
  if (error instanceof PrincipalError) return error.code
  const { cause, reason } = Object(error) as { cause?: unknown; reason?: unknown }
  const inner = [cause, reason].find((each) => isExplained(each))
  return inner === undefined ? 'a failure that has an entry of its own' : codeIn(inner)
}
