import cds from '@sap/cds'

import { cap } from '../../../src/cap.js'
import { type Access, accessOf } from '../../../src/explain/token/access.js'
import { effort, fc } from '../../support/generated-inputs.js'
import {
  type Caller,
  type ServedOverHttp,
  serveStock
} from '../restrictions-http/served-over-http.js'

/** Names of events in grants: those of CAP, and an action. */
const EVENTS = [
  ...['READ', 'CREATE', 'UPDATE', 'DELETE', 'WRITE', '*'],
  ...['NEW', 'PATCH', 'CANCEL', 'EDIT', 'SAVE', 'approve']
]

const event = fc.constantFrom(...EVENTS).map((name) => `'${name}'`)
const grant = fc.oneof(
  { arbitrary: event, weight: 4 },
  { arbitrary: fc.uniqueArray(event, { maxLength: 3 }).map((all) => `[${all.join()}]`), weight: 3 },
  { arbitrary: fc.constant(undefined), weight: 1 }
)
const restriction = fc
  .tuple(grant, fc.constantFrom('A', 'B', 'any'))
  .map(([of, to]) => `{ ${of === undefined ? '' : `grant: ${of}, `}to: '${to}' }`)
const restrictions = fc.array(restriction, { minLength: 1, maxLength: 3 })

/** Lists of grants: each event alone, then generated ones. */
const LISTS = [
  ...EVENTS.map((name) => [`{ grant: '${name}', to: 'A' }`]),
  ...fc.sample(restrictions, effort(24))
]

const USERS = [[], ['A'], ['B']]

/** Records have the number of the user who changes them. */
const MODEL = `
service S @(path: '/s') {
${LISTS.map(
  (list, index) => `
  ${index % 4 === 3 ? '' : '@odata.draft.enabled'} @restrict: [${list.join(', ')}]
  entity E${index} { key ID : Integer; text : String; } actions { action approve(); };`
).join('')}
}`

let app: ServedOverHttp
beforeAll(async () => {
  app = await serveStock(MODEL)
})
afterAll(() => app.stop())

/** Requests by the names of events; what is created has a number of its own. */
async function statuses(entity: string, isDraft: boolean, user: number) {
  const roles = USERS[user] ?? []
  const caller: Caller = { id: `user${user}`, roles }
  const send = async (method: string, path: string, data?: object) => {
    const { status } = await app.send(caller, method, `${entity}${path}`, data)
    return status === 401 || status === 403 ? 'refused' : status < 300 ? 'done' : String(status)
  }
  const text = 'x'
  const active = (ID: number) => (isDraft ? `(ID=${ID},IsActiveEntity=true)` : `(${ID})`)
  const created = { ID: user + 30, ...(isDraft && { IsActiveEntity: true }) }
  const ofRecords = {
    READ: await send('GET', ''),
    CREATE: await send('POST', '', created),
    UPDATE: await send('PATCH', active(user + 10), { text }),
    DELETE: await send('DELETE', active(user + 20))
  }
  if (!isDraft) return ofRecords
  const draft = `(ID=${user + 40},IsActiveEntity=false)`
  const NEW = await send('POST', '', { ID: user + 40 })
  const EDIT = await send('POST', `${active(user)}/S.draftEdit`, {})
  if (NEW !== 'done') return { ...ofRecords, NEW, EDIT }
  const PATCH = await send('PATCH', draft, { text })
  const SAVE = await send('POST', `${draft}/S.draftActivate`, {})
  await send('POST', '', { ID: user + 50 })
  const CANCEL = await send('DELETE', `(ID=${user + 50},IsActiveEntity=false)`)
  return { ...ofRecords, NEW, EDIT, PATCH, SAVE, CANCEL }
}

/** Says by the explanation whether a user may do something. */
function verdicts(parts: readonly Access[], entity: string, isDraft: boolean) {
  const partNamed = (name: string) => parts.find((part) => part.name === name)
  const own = partNamed(entity)
  const said = (name: string) => partNamed(name) && (partNamed(name)?.open ? 'done' : 'refused')
  const may = (...events: string[]) => {
    const granted = own?.grants.map((text) => text.split(' (')[0]?.split(', ') ?? []) ?? []
    const has = !granted.length || granted.flat().some((each) => [...events, '*'].includes(each))
    return own?.open && has ? 'done' : 'refused'
  }
  const ofRecords = {
    READ: may('READ'),
    CREATE: may('CREATE', 'WRITE'),
    UPDATE: may('UPDATE', 'WRITE'),
    DELETE: may('DELETE', 'WRITE')
  }
  if (!isDraft) return ofRecords
  const NEW = said(`${entity}.drafts (NEW)`) ?? may('CREATE', 'WRITE')
  const EDIT = said(`${entity}.draftEdit`) ?? may('EDIT', 'UPDATE', 'WRITE')
  if (NEW !== 'done') return { ...ofRecords, NEW, EDIT }
  // who has begun a draft may change and discard it, and needs CREATE for the record that it becomes
  return { ...ofRecords, NEW, EDIT, PATCH: 'done', SAVE: ofRecords.CREATE, CANCEL: 'done' }
}

test('what a user may do by the explanation is what CAP lets him do', async () => {
  const model = cap.compile.for.nodejs(cds.compile(MODEL))
  const found: Record<string, unknown> = {}
  const expected: Record<string, unknown> = {}
  for (const [index, list] of LISTS.entries()) {
    const isDraft = index % 4 !== 3
    const entries = [0, 10, 20].flatMap((start) => USERS.map((_, user) => ({ ID: start + user })))
    await cds.run(INSERT.into(`S.E${index}`).entries(entries))
    for (const [user, roles] of USERS.entries()) {
      const is = (role: string) => ['any', ...roles].includes(role)
      const asked = { id: `user${user}`, tenant: undefined, attr: {}, is }
      const parts = accessOf(model, asked, false)[0]?.parts ?? []
      const title = `${isDraft ? 'drafts ' : ''}[${list.join(', ')}] for ${roles.join() || 'nobody'}`
      found[title] = verdicts(parts, `S.E${index}`, isDraft)
      expected[title] = await statuses(`E${index}`, isDraft, user)
    }
  }
  expect(found).toEqual(expected)
})
