import cds from '@sap/cds'

export type Work = () => Promise<string>

const { privileged, anonymous } = cds.User

const within = (context: object, work: Work) => cds.tx(context as never, work as never)

/** Waits for work in the background: `cds.spawn` does not. */
const spawned = (context: object, work: Work) =>
  new Promise((done) => {
    cds.spawn(context, async () => {
      done(await work())
    })
  })

/** Begins work in the background when the request has been answered. */
function afterAnswer(work: Work): string {
  const context = cds.context as unknown as { http: { res: NodeJS.EventEmitter } }
  context.http.res.once('finish', () => {
    cds.spawn({ user: privileged }, work)
  })
  return '{}'
}

/** In whose context code of an application runs. */
export const places: Record<string, (work: Work) => unknown> = {
  request: (work) => work(),
  privileged: (work) => within({ user: privileged }, work),
  anonymous: (work) => within({ user: anonymous }, work),
  custom: (work) => within({ user: new cds.User('bob') }, work),
  afterAnswer,
  spawned: (work) => spawned({}, work),
  spawnedPrivileged: (work) => spawned({ user: privileged }, work),
  subscriber: (work) => within({ user: privileged, tenant: 'customer-1' }, work),
  userInOtherTenant: (work) => within({ tenant: 'customer-1' }, work)
}
