import type cds from '@sap/cds'

import { noteChanges, noteOperation, now } from '../mock/note-changes.js'
import { generateValue } from './data/generate-value.js'
import type { Cap } from './libraries.js'
import type { Csn, Element, Operation } from './model/csn.js'
import type { EntityRule } from './rules/apply-rules.js'
import { checkData, restrictExpands } from './rules/check-requests.js'

type Data = Record<string, unknown>

/** The target of a request, as far as it is needed. */
interface Target {
  readonly name: string
  readonly elements: Readonly<Record<string, Element>>
  readonly keys?: object
}

/**
 * Adds to a service of an EDMX file what the system does with each record: change documents, fields that only the system sets,
 * ETags, the check of new data, and operations.
 *
 * @param rules - by entity; `undefined`: everybody may do everything
 */
export function behave(
  cap: Cap,
  service: cds.Service,
  csn: Csn,
  rules: ReadonlyMap<string, readonly EntityRule[]> | undefined
): void {
  noteChanges(service)
  if (rules) service.before('READ', '*', (req) => restrictExpands(cap, csn, rules, req))
  service.before(['CREATE', 'UPDATE'], '*', async (req: cds.Request) => {
    const target = req.target as unknown as Target
    const data = req.data as Data
    dropReadOnly(target, data, req.event === 'CREATE' ? 'creatable' : 'updatable')
    if (rules) await checkData(cap, req, rules)
    if (req.event === 'CREATE') complete(target, data)
    Object.assign(data, systemFields(target, req.user.id, req.event === 'CREATE'))
    if (req.event === 'CREATE') checkComplete(req, target, data)
  })
  for (const [name, definition] of Object.entries(csn.definitions)) {
    if (!name.startsWith(`${service.name}.`)) continue
    const own = name.slice(service.name.length + 1)
    if (definition.kind === 'action' || definition.kind === 'function') {
      service.on(own, (req) => answerOperation(cap, csn, own, definition as Operation, req))
    }
    for (const [event, operation] of Object.entries(definition.actions ?? {})) {
      service.on(event, own, (req) => changeByOperation(cap, csn, event, operation, req))
    }
  }
}

/** Removes the fields that the annotations of the file do not let a client set; keys stay. */
function dropReadOnly({ elements }: Target, data: Data, on: 'creatable' | 'updatable'): void {
  for (const name of Object.keys(data)) {
    const element = elements[name]

    if (element?.[`@sap.${on}`] === 'false' && !element.key) delete data[name]
  }
}

/** Gives required fields that a client has left out the initial value of their type. */
function complete({ elements }: Target, data: Data): void {
  for (const [name, { key, notNull, target, type = '' }] of Object.entries(elements)) {
    if (name === 'IsActiveEntity') data[name] ??= true
    if (key || target || !notNull || data[name] != null) continue
    if (type.endsWith('String')) data[name] = ''
    else if (type === 'cds.Boolean') data[name] = false
    else if (/Integer|Int|Decimal|Double/.test(type)) data[name] = 0
  }
}

/** Rejects a new record without a key, or without a required field that has no initial value. CAP makes keys of type UUID. */
function checkComplete(req: cds.Request, { elements }: Target, data: Data): void {
  for (const [name, { key, notNull, target, type, default: initial }] of Object.entries(elements)) {
    if (target || initial !== undefined || data[name] != null) continue
    if (key ? type !== 'cds.UUID' : notNull) req.reject(400, `Property '${name}' is missing`)
  }
}

const CREATED_BY = /^(created_?by(_?user)?|createdbyusername)$/i
const CHANGED_BY = /^((last)?_?changed_?by(_?user)?|last_?changed_?by_?user_?name|modified_?by)$/i
const CREATED_ON = /^(creation_?date(_?time)?|created_?(at|on)(_?date(_?time)?)?)$/i
const CHANGED_ON =
  /^((local)?last_?changed?_?(at|on|date(_?time)?)|changed_?(at|on)|modified_?at)$/i

/** The fields that the system sets: the user of the session, the time, and the ETag. */
function systemFields({ elements }: Target, user: string, isNew: boolean): Data {
  const fields: Data = {}
  const instant = nextInstant()
  for (const [name, element] of Object.entries(elements)) {
    const { type = '', length = 0 } = element
    if (element.key || element.target) continue
    const byUser = CHANGED_BY.test(name) || (isNew && CREATED_BY.test(name))
    const atTime = CHANGED_ON.test(name) || (isNew && CREATED_ON.test(name))
    // never the former user: a name that is longer than the field is cut
    if (byUser && type === 'cds.String') fields[name] = length ? user.slice(0, length) : user
    else if (atTime || element['@odata.etag']) fields[name] = versionOf(element, instant)
    if (fields[name] === undefined) Reflect.deleteProperty(fields, name)
  }
  return fields
}

/** Seconds since the epoch of the last change: ETags with a precision of seconds differ all the same. */
let last = 0

function nextInstant(): number {
  last = Math.max(Math.floor(now() / 1000), last + 1)
  return last
}

function versionOf({ type, length = 20 }: Element, instant: number): unknown {
  const time = new Date(instant * 1000).toISOString()
  if (type === 'cds.Timestamp') return time
  if (type === 'cds.DateTime') return `${time.slice(0, 19)}Z`
  if (type === 'cds.Date') return time.slice(0, 10)
  if (type === 'cds.String') return String(instant).slice(-length)
  return type?.startsWith('cds.Int') ? instant % 2 ** 31 : undefined
}

/** Answers with records of the entity that the operation returns, or with generated values. */
async function answerOperation(
  cap: Cap,
  csn: Csn,
  name: string,
  { returns }: Operation,
  req: cds.Request
): Promise<unknown> {
  if (!returns) return undefined
  const data = req.data as Data
  const type = returns.items?.type ?? returns.type ?? ''
  const { kind, elements } = csn.definitions[type] ?? {}
  if (kind !== 'entity' || !elements) {
    const value = generateValue(csn, returns, { entity: name, element: name, row: 0 })
    return isRecord(value) ? { ...value, ...among(value, data) } : value
  }
  const where = among(elements, data)
  const query = cap.ql.SELECT.from(type)
  const records = (await (Object.keys(where).length ? query.where(where) : query)) as unknown[]
  return returns.items ? records : records[0]
}

/** Changes the fields of the record that have the names of parameters. */
async function changeByOperation(
  cap: Cap,
  csn: Csn,
  name: string,
  { kind, returns }: Operation,
  req: cds.Request
): Promise<unknown> {
  const { SELECT, UPDATE } = cap.ql
  const target = req.target as unknown as Target
  const subject = (req as unknown as { subject: never }).subject
  const record = (await SELECT.one.from(subject)) as Data | null
  if (!record) return req.reject(404)
  if (kind === 'action') {
    const change = among(target.elements, req.data as Data)
    await UPDATE.entity(subject).with({ ...change, ...systemFields(target, req.user.id, false) })
    noteOperation(req, target.name, among(target.keys ?? {}, record))
  }
  if (returns?.type === target.name) return (await SELECT.one.from(subject)) as unknown
  return returns && generateValue(csn, returns, { entity: target.name, element: name, row: 0 })
}

const isRecord = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)

/** The data whose names something has. */
function among(known: object, data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([name]) => Object.hasOwn(known, name)))
}
