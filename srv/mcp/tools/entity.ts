import type { Element, Entity, Service } from '../cap.js'

type Elements = Record<string, Element>

/** Ways to change an entity. */
export type Change = 'create' | 'update' | 'delete'

/** Returns the entities that clients of a service can see, by the names that they have there. */
export function entitiesOf(service: Service): Map<string, Entity> {
  const all = [...service.entities].filter((each) => !each['@cds.api.ignore'])
  return new Map(all.map((entity) => [shortName(entity.name, service), entity]))
}

/** Returns the name that a definition has inside of its service. */
export function shortName(name: string, service: Service): string {
  const prefix = `${service.name}.`
  return name.startsWith(prefix) ? name.slice(prefix.length) : name
}

/** Returns the elements that clients read. Media have no place in a text for a language model. */
export function readable({ elements }: Entity): Elements {
  return picked(elements, (each) => each.type !== 'cds.LargeBinary')
}

/** Returns the elements that clients can give a new record. */
export function insertable({ elements }: Entity): Elements {
  return picked(elements, (each) => !isReadOnly(each))
}

/** Returns the elements of a record that clients can change. */
export function updatable({ elements }: Entity): Elements {
  return picked(elements, (each) => !isReadOnly(each) && !each.key && !each['@Core.Immutable'])
}

/** Returns the elements by which a record is found. */
export function keysOf({ keys }: Entity): Elements {
  return picked(keys ?? {}, () => true)
}

/** True if the model lets clients change the entity in this way; CAP answers 405 otherwise. */
export function isPossible(entity: Entity, change: Change): boolean {
  if (entity['@readonly'] || (entity['@insertonly'] && change !== 'create')) return false
  const capability = {
    create: '@Capabilities.InsertRestrictions.Insertable',
    update: '@Capabilities.UpdateRestrictions.Updatable',
    delete: '@Capabilities.DeleteRestrictions.Deletable'
  } as const
  if (change !== 'create' && !Object.keys(keysOf(entity)).length) return false
  return entity[capability[change]] !== false
}

/** True for what the application sets itself. */
function isReadOnly(element: Element): boolean {
  const annotations = ['@readonly', '@Core.Computed', '@cds.on.insert', '@cds.on.update'] as const
  return annotations.some((name) => Boolean(element[name]))
}

function picked(elements: Readonly<Elements>, test: (element: Element) => boolean): Elements {
  return Object.fromEntries(
    Object.entries(elements).filter(
      ([, each]) => !each.isAssociation && !each['@cds.api.ignore'] && test(each)
    )
  )
}
