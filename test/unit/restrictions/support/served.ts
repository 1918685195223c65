import cds from '@sap/cds'

import { installRestrictions } from '../../../../src/restrictions/install.js'
import { deployInMemory } from './model.js'

/** What the tests use of a service. */
export interface Service {
  run(query: unknown): Promise<unknown>
  send(request: object): Promise<unknown>
}

/** Who sends a request. */
export interface Caller {
  readonly id?: string
  readonly roles?: readonly string[]
  readonly attr?: object
  readonly tenant?: string
}

type Work<T> = (service: Service) => Promise<T>
type Implementation = (this: cds.ApplicationService) => unknown

/** A service `S` of a model, in this process and with its tables in memory. */
export class Served {
  readonly #service: cds.ApplicationService
  /** The queries that the database got last. */
  queries: { readonly query: object }[] = []

  private constructor(service: cds.ApplicationService) {
    this.#service = service
    const { db } = cds as unknown as { db: { before(event: string, handler: Handler): void } }
    db.before('*', (request) => this.queries.push(request))
  }

  static async start(model: string, impl: Implementation = () => undefined): Promise<Served> {
    cds.log('cds', { level: 'error' } as never)
    cds.log('principal', { level: 'silent' }) // refusals are what is tested
    installRestrictions()
    const csn = cds.compile(model) as unknown as object
    await deployInMemory(csn)
    const served: unknown = await cds
      .serve('S')
      .from(csn)
      .with(impl as never)
    return new Served(served as cds.ApplicationService)
  }

  /** Does something as somebody, in a transaction that is rolled back, and returns what it results in, or its error. */
  async as<T>({ tenant, ...caller }: Caller, work: Work<T>): Promise<T | Refused> {
    const user = new cds.User({ id: 'alice', ...caller } as never)
    let result: { value: T } | undefined
    try {
      await (this.#service.tx as unknown as Transaction)({ user, tenant }, async (tx) => {
        this.queries = []
        result = { value: await work(tx) }
        throw ROLLBACK
      })
    } catch (error) {
      if (error !== ROLLBACK) return refused(error)
    }
    if (!result) throw new Error('nothing was done')
    return result.value
  }
}

type Handler = (request: { readonly query: object }) => void
type Transaction = (context: object, work: Work<void>) => Promise<void>

const ROLLBACK = new Error('rolled back')

/** An error that a client gets. */
export interface Refused {
  readonly status: unknown
  readonly code?: unknown
  readonly message: string
}

function refused(error: unknown): Refused {
  const { status, code, message } = error as { status?: unknown; code?: unknown; message: string }
  return { status: status ?? code, code, message }
}

/** Selects a record by its key. */
export const at = (entity: string, ID: unknown): never =>
  ({ ref: [{ id: entity, where: [{ ref: ['ID'] }, '=', { val: ID }] }] }) as never
