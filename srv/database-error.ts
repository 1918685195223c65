/** What SQLite throws: https://sqlite.org/rescode.html */
interface SqliteError extends Error {
  errcode?: number
  status?: number
  code?: string
}

const primaryKeyConstraint = 1555

/** CAP answers 500 when a new record has the key of another one. The client gets 409. */
export function asConflict(error: SqliteError): void {
  if (error.errcode !== primaryKeyConstraint) return
  Object.assign(error, {
    status: 409,
    code: 'ERR_NOTE_EXISTS',
    message: 'The note exists already.'
  })
}
