/** Messages for a connection that PostgreSQL has ended; the first one comes while values are written to it. */
const OF_CONNECTIONS =
  /Cannot read properties of null \(reading 'stream'\)|Connection terminated|terminating connection|not queryable|ECONNREFUSED|ECONNRESET|the database system is/

/**
 * Returns the error for which CAP has ended a process, from what the process has printed.
 *
 * @returns `undefined` if it is one that CAP has without this plugin: a transaction that could not be rolled back, because
 * PostgreSQL had ended the connection, or values that were written to it then
 */
export function ownEnd(printed: string): string | undefined {
  const lines = printed.trim().split('\n')
  const uncaught = lines.findLast((line) => line.includes('Uncaught'))
  if (!uncaught) return lines.slice(-3).join(' ').slice(-500)
  const frames = framesOf(uncaught)
  const isOfDatabase = uncaught.includes('PostgresService') && OF_CONNECTIONS.test(uncaught)
  return isOfDatabase && frames.every(isOfCap) ? undefined : uncaught.slice(0, 2000)
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
