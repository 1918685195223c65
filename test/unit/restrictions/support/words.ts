import { refuseForeignWords } from '../../../../src/restrictions/read/words.js'

type Request = Parameters<typeof refuseForeignWords>[0]

/** A service to which clients send queries. */
export const HCQL = { endpoints: [{ kind: 'odata' }, { kind: 'hcql' }] }

/** The request of a client with a query. */
export const sent = (query: unknown, changes: object = {}) =>
  ({
    ...{ event: 'READ', data: {}, user: { is: () => true }, _: { req: {} }, query },
    reject: ({ message, ...facts }: Error) => {
      throw Object.assign(new Error(message), facts)
    },
    ...changes
  }) as unknown as Request

export const REFUSED = {
  ...{ status: 403, code: 'ERR_RESTRICTION_UNCHECKED' },
  message: 'The query has a word that is none of CQN.'
}

/** True if a request is refused, with the code and the message for it. */
export const refuses = (request: Request, service: object = HCQL): boolean => {
  try {
    refuseForeignWords(request, service)
    return false
  } catch (error) {
    expect(error).toMatchObject(REFUSED)
    return true
  }
}
export const refusesQuery = (query: object) => refuses(sent(query))

export const from = { ref: ['S.Open'] }
/** Queries on an entity. */
export const select = (clauses: object) => ({ SELECT: { from, ...clauses } })
export const column = (one: unknown) => select({ columns: [one] })
export const ID = { ref: ['ID'] }
export const SQL = '(select title from db_Orders)'
/** Expressions with a foreign word, and with those of CQN. */
export const FOREIGN = { xpr: [ID, '=', SQL] }
export const KNOWN = { xpr: [ID, '=', { val: SQL }] }
