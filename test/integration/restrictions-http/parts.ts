/** One way to be a part of a record. */
export interface PartKind {
  readonly kind: string
  /** Name of the composition, and of the association that leads to the part from elsewhere. */
  readonly name: string
  /** CDS of the composition, and of the entity if that is written by itself. */
  readonly composition: string
  readonly entity: string
  readonly target: string
  readonly toMany: boolean
  /** Further elements of the part's key. */
  readonly key?: object
}

const entity = (name: string, elements: string) =>
  `entity db.${name} { key ID : String; text : String; ${elements} }`

/** Every way that the compiler knows to compose one entity of another. */
export const PART_KINDS: readonly PartKind[] = [
  {
    kind: 'an aspect',
    name: 'items',
    composition: 'Composition of many { key ID : String; text : String; }',
    entity: '',
    target: 'Wholes.items',
    toMany: true
  },
  {
    kind: 'an entity with a back-link',
    name: 'linked',
    composition: 'Composition of many db.Linked on linked.parent = $self',
    entity: entity('Linked', 'parent : Association to db.Wholes;'),
    target: 'Linked',
    toMany: true
  },
  {
    kind: 'an entity with a back-link in its key',
    name: 'keyed',
    composition: 'Composition of many db.Keyed on keyed.whole = $self',
    entity: entity('Keyed', 'key whole : Association to db.Wholes;'),
    target: 'Keyed',
    toMany: true
  },
  {
    kind: 'an entity that is found by an element',
    name: 'compared',
    composition: 'Composition of many db.Compared on compared.wholeID = ID',
    entity: entity('Compared', 'wholeID : String;'),
    target: 'Compared',
    toMany: true
  },
  {
    kind: 'one entity that the record refers to',
    name: 'header',
    composition: 'Composition of one db.Headers',
    entity: entity('Headers', ''),
    target: 'Headers',
    toMany: false
  },
  {
    kind: 'one entity that the record refers to, with two keys',
    name: 'version',
    composition: 'Composition of one db.Versions',
    entity: entity('Versions', 'key number : Integer;'),
    target: 'Versions',
    toMany: false,
    key: { number: 1 }
  },
  {
    kind: 'one aspect',
    name: 'single',
    composition: 'Composition of one { key ID : String; text : String; }',
    entity: '',
    target: 'Wholes.single',
    toMany: false
  }
]

const compositions = PART_KINDS.map(({ name, composition }) => `${name} : ${composition};`)
const links = PART_KINDS.map(({ name, target }) => `${name} : Association to db.${target};`)

/** Records of two plants with a part of every kind, parts of those, and records of nobody that refer to the parts. */
export const MODEL = `
entity db.Wholes { key ID : String; plant : String; title : String; ${compositions.join(' ')} }
${PART_KINDS.map((kind) => kind.entity).join('\n')}
extend entity db.Linked with { below : Composition of many db.Below on below.above = $self; }
entity db.Below { key ID : String; text : String; above : Association to db.Linked; }
entity db.Links { key ID : String; ${links.join(' ')} below : Association to db.Below; }

service S @(path: '/s') {
  @restrict: [
    { grant: '*', to: 'Technician', where: (plant = $user.plant) },
    { grant: ['CREATE', 'UPDATE', 'DELETE'], to: 'Clerk', where: (plant = $user.plant) },
    { grant: 'READ', to: 'Clerk' }
  ]
  entity Wholes as projection on db.Wholes;
  entity Links as projection on db.Links;
}`

/** A record with one part of each kind, whose texts are its plant. */
export function wholeOf(ID: string, plant: string): object {
  const part = (prefix: string, key: object = {}) => ({
    ID: `${prefix}-${ID}`,
    text: plant,
    ...key
  })
  const parts = PART_KINDS.map(({ name, toMany, key }) => {
    const one = part(name, key)
    const withBelow = name === 'linked' ? { ...one, below: [part('below')] } : one
    return [name, toMany ? [withBelow] : withBelow]
  })
  return { ID, plant, ...(Object.fromEntries(parts) as object) }
}

/** A record that refers to the parts of another one. */
export function linkTo(ID: string): object {
  const keys = PART_KINDS.flatMap(({ name, target, key = {} }) => {
    const foreign = { ID: `${name}-${ID}`, ...key } as Record<string, unknown>
    if (target.startsWith('Wholes.') && target !== 'Wholes.single') foreign.up__ID = ID
    if (name === 'single') foreign.up__ID = ID
    if (name === 'keyed') foreign.whole_ID = ID
    return Object.entries(foreign).map(([element, value]) => [`${name}_${element}`, value])
  })
  return { ID: `to-${ID}`, below_ID: `below-${ID}`, ...(Object.fromEntries(keys) as object) }
}
