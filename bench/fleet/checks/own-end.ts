/** Messages for a connection that PostgreSQL has ended; the first one comes while values are written to it. */
const OF_CONNECTIONS =
  /Cannot read properties of null \(reading 'stream'\)|Connection terminated|terminating connection|not queryable|ECONNREFUSED|ECONNRESET|the database system is/

/** Word in the line of the log for an error that nothing has caught, for which CAP ends the process. */
const UNCAUGHT = 'Uncaught'

/** Why a process has ended by itself. */
export interface OwnEnd {
  readonly error: string
  /**
   * True if CAP has the error without this plugin while PostgreSQL is away: a transaction that could not be rolled back, because PostgreSQL
   * had ended the connection, or values that were written to it then.
   */
  readonly isOfDatabase: boolean
}

/** True if a process has printed an error for which CAP ends it. */
export const hasThrown = (printed: string) => printed.includes(UNCAUGHT)

/** Returns the error for which CAP has ended a process, from what the process has printed. */
export function ownEnd(printed: string): OwnEnd {
  const lines = printed.trim().split('\n')
  const uncaught = lines.findLast(hasThrown)
  if (!uncaught) return { error: lines.slice(-3).join(' ').slice(-500), isOfDatabase: false }
  const isOfConnection = uncaught.includes('PostgresService') && OF_CONNECTIONS.test(uncaught)
  const isOfDatabase = isOfConnection && framesOf(uncaught).every(isOfCap)
  return { error: uncaught.slice(0, 2000), isOfDatabase }
}

/** Returns the lines of the stack, which is a list of its own or a part of the message. */
function framesOf(line: string): string[] {
  const list = stacktraceOf(line) ?? line.split('\\n')
  return list.filter((each) => /^ *at /.test(each))
}

function stacktraceOf(line: string): string[] | undefined {
  try {
    return (JSON.parse(line) as { stacktrace?: string[] }).stacktrace
  } catch {
    return undefined
  }
}

/** True if a line of a stack is code of CAP, of its drivers, or of Node. */
const isOfCap = (frame: string) =>
  /node_modules\/(@sap\/cds|@cap-js|pg)[/-]|node:|<anonymous>/.test(frame) &&
  !frame.includes('/node_modules/cds-principal/')
