const OF_CONNECTIONS =
  /Connection terminated|terminating connection|not queryable|ECONNREFUSED|ECONNRESET|the database system is/

/**
 * Returns the error for which CAP has ended a process, from what the process has printed.
 *
 * @returns `undefined` if it is one that CAP has without this plugin: a transaction that could not be rolled back, because
 * PostgreSQL had ended the connection
 */
export function ownEnd(printed: string): string | undefined {
  const lines = printed.trim().split('\n')
  const uncaught = lines.findLast((line) => line.includes('Uncaught'))
  if (!uncaught) return lines.slice(-3).join(' ').slice(-500)
  const frames = uncaught.split(/\\n +at /).slice(1)
  const isOfDatabase = uncaught.includes('PostgresService') && OF_CONNECTIONS.test(uncaught)
  return isOfDatabase && frames.every(isOfCap) ? undefined : uncaught.slice(0, 2000)
}

/** True if a line of a stack is code of CAP, of its drivers, or of Node. */
const isOfCap = (frame: string) =>
  /node_modules\/(@sap\/cds|@cap-js|pg)[/-]|node:|<anonymous>/.test(frame) &&
  !frame.includes('/cds-principal/')
