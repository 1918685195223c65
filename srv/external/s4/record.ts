import cds from '@sap/cds'

type Data = Record<string, unknown>
/** An element of an entity as this module needs it. */
interface Field {
  readonly type?: string
  readonly isAssociation?: boolean
}

/** Key part of every equipment record that is valid today. */
export const endOfTime = '9999-12-31'

/** Any entity of the two APIs. */
export type Entity = Pick<cds.entity, 'elements'>

/** Removes what the API does not let a client set, as the annotations of the imported model say. */
export function withoutReadOnly(entity: Entity, data: Data, on: 'creatable' | 'updatable'): void {
  for (const name of Object.keys(data)) {
    const element = entity.elements[name] as Record<string, unknown> | undefined
    if (element?.[`@sap.${on}`] === 'false') delete data[name]
  }
}

/** Gives unset fields ABAP's initial values: empty text and false; only dates can be null. */
export function complete(entity: Entity, data: Data): void {
  clear(entity, data, Object.keys(entity.elements))
}

/** Gives the fields that a client set to null ABAP's initial values. */
export function withoutNull(entity: Entity, data: Data): void {
  clear(entity, data, Object.keys(data))
}

function clear(entity: Entity, data: Data, names: string[]): void {
  for (const name of names) {
    const field = entity.elements[name] as Field | undefined
    if (field && !field.isAssociation && data[name] == null) data[name] = initialValue(field.type)
  }
}

function initialValue(type: string | undefined): unknown {
  if (type === 'cds.String' || type === 'cds.LargeString') return ''
  if (type === 'cds.Boolean') return false
  return type === 'cds.Decimal' ? 0 : null
}

/** The user fields of a new record: the user of the session, whatever the client said. */
export function createdBy(user: cds.User): Data {
  return { CreatedByUser: user.id, CreationDate: today(), ...changedBy(user) }
}

/** The user fields of a changed record. */
export function changedBy(user: cds.User): Data {
  return { LastChangedByUser: user.id, LastChangeDateTime: new Date().toISOString() }
}

/** Today's date. */
export function today(): string {
  return new Date().toISOString().slice(0, 10)
}

/** Completes the records that came from CSV files. */
export async function completeStoredRecords(): Promise<void> {
  for (const name of ['API_EQUIPMENT.Equipment', 'API_FUNCTIONALLOCATION.FunctionalLocation']) {
    const entity = cds.model?.definitions[name] as cds.entity
    const rows = (await SELECT.from(name)) as Data[]
    for (const row of rows) complete(entity, row)
    await UPSERT.into(name).entries(rows)
  }
}
