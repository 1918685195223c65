import type { Element, Model } from '../cap.js'

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>

const text = { type: 'string' }
const moment = { type: 'string', format: 'date-time' }

const integer = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum })

const large = {
  ...integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  ...{ type: ['integer', 'string'], pattern: '^[+-]?\\d{1,18}$' }
}

/** Values of CDS types in JSON, as OData has them. Numbers that JavaScript cannot hold may be texts. */
const TYPES: Readonly<Record<string, Schema>> = {
  'cds.String': text,
  'cds.LargeString': text,
  'cds.UUID': { type: 'string', format: 'uuid' },
  'cds.Boolean': { type: 'boolean' },
  'cds.Integer': integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  'cds.UInt8': integer(0, 255),
  'cds.Int16': integer(-(2 ** 15), 2 ** 15 - 1),
  'cds.Int32': integer(-(2 ** 31), 2 ** 31 - 1),
  'cds.Int64': large,
  'cds.Integer64': large,
  'cds.Decimal': { type: ['number', 'string'], pattern: '^[+-]?\\d+(\\.\\d+)?$' },
  'cds.Double': { type: 'number' },
  'cds.Date': { type: 'string', format: 'date' },
  'cds.Time': { type: 'string', pattern: '^[0-2]\\d:[0-5]\\d(:[0-5]\\d)?$' },
  'cds.DateTime': { ...moment, pattern: '^[^.]*$' }, // of seconds
  'cds.Timestamp': moment,
  'cds.Binary': { type: 'string', contentEncoding: 'base64' },
  'cds.Map': { type: 'object' }
}

/** Returns the schema of a value without the constraints of its element: as it is in a key, or in a condition. */
export function valueSchema(element: Element, model: Model): Schema {
  return TYPES[baseTypeOf(element, model) ?? ''] ?? text
}

/** Returns the schema of the values that an element takes. CAP checks the same, and has the last word. */
export function schemaOf(element: Element, model: Model): Schema {
  if (element.items) return { type: 'array', items: schemaOf(element.items, model) }
  const structure = element.elements ?? model.definitions[element.type ?? '']?.elements
  if (structure) return { type: 'object', properties: propertiesOf(structure, model) }
  const base = { ...valueSchema(element, model), ...constraintsOf(element), ...described(element) }
  return isRequired(element) ? base : nullable(base)
}

/** Returns the schemas of elements or parameters by name. */
export function propertiesOf(
  elements: Readonly<Record<string, Element>>,
  model: Model
): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(elements).map(([name, element]) => [name, schemaOf(element, model)])
  )
}

/** True if an element has to have a value. */
export function isRequired(element: Element): boolean {
  const { key, notNull, default: initial } = element
  return Boolean(key ?? element['@mandatory']) || Boolean(notNull && initial === undefined)
}

/** Returns an object for the description of an element, an entity or an operation; an empty one if there is none. */
export function described(definition: {
  readonly doc?: string
  readonly [annotation: `@${string}`]: unknown
}): { description?: string } {
  const { doc, '@description': description, '@title': title } = definition
  const found = doc ?? description ?? title
  return typeof found === 'string' && !found.startsWith('{i18n>') ? { description: found } : {}
}

/** Returns the built-in type that the type of an element is derived from. */
function baseTypeOf({ type }: Element, model: Model): string | undefined {
  if (type === undefined || type.startsWith('cds.')) return type
  const definition = model.definitions[type]
  return definition && baseTypeOf(definition, model)
}

function constraintsOf(element: Element): Schema {
  const { '@assert.format': pattern, '@assert.range': range, '@assert.enum': isEnum } = element
  const isChecked = Boolean(isEnum ?? range)
  const [minimum, maximum] = Array.isArray(range) ? (range as unknown[]) : []
  const isText = element.type === 'cds.String' || element.type === 'cds.LargeString'
  return {
    ...(isText && element['@mandatory'] === true && { pattern: '\\S' }),
    ...(element.length !== undefined && { maxLength: element.length }),
    ...decimalOf(element),
    ...(typeof pattern === 'string' && { pattern }),
    ...(typeof minimum === 'number' && { minimum }),
    ...(typeof maximum === 'number' && { maximum }),
    ...(element.enum && isChecked && { enum: valuesOf(element.enum) })
  }
}

/** Decimals are texts, so that no digit is lost. */
function decimalOf({ type, precision, scale = 0 }: Element): Schema {
  if (type !== 'cds.Decimal') return {}
  if (precision === undefined) return { type: 'string' }
  const whole = precision === scale ? '0' : `\\d{1,${precision - scale}}`
  const fraction = scale ? `(\\.\\d{1,${scale}})?` : ''
  return { type: 'string', pattern: `^[+-]?${whole}${fraction}$` }
}

function valuesOf(values: NonNullable<Element['enum']>): unknown[] {
  return Object.entries(values).map(([name, { val = name }]) => val)
}

function nullable(schema: Schema): Schema {
  const { type, enum: values } = schema
  return {
    ...schema,
    type: [type, 'null'].flat(),
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] })
  }
}
