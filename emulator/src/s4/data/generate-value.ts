import { createHash } from 'node:crypto'

import type { Csn, Element } from '../model/csn.js'

/** The place of a value: it decides the value, so that each start has the same data. */
export interface Place {
  readonly entity: string
  readonly element: string
  /** Number of the record, from 0. */
  readonly row: number
}

/** Names of properties, and values that systems have for them. */
const VALUES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/plant|companycode|salesorganization/i, ['1010', '1020', '1710']],
  [/currency/i, ['EUR', 'USD', 'GBP']],
  [/unit(ofmeasure)?$|uom$/i, ['EA', 'KG', 'M']],
  [/language/i, ['EN', 'DE', 'FR']],
  [/country/i, ['DE', 'US', 'FR']],
  [/mimetype|contenttype/i, ['application/octet-stream']],
  [/email|mailaddress/i, ['person@example.com']],
  [/user$|user(id|name)$|(created|changed)by/i, ['JMEIER', 'KSCHULZ', 'MAINT_TECH']]
]

const DRAFT: Readonly<Record<string, boolean>> = {
  IsActiveEntity: true,
  HasActiveEntity: false,
  HasDraftEntity: false
}

/** Returns a value of the type of an element, within its length, precision and scale. Keys of different records differ. */
export function generateValue(csn: Csn, element: Element, place: Place): unknown {
  const own = resolve(csn, element)
  const { elements, items } = own
  if (items) return [generateValue(csn, items, place)]
  if (elements) {
    const entries = Object.entries(elements).map(([name, each]) => [
      name,
      generateValue(csn, each, { ...place, element: `${place.element}.${name}` })
    ])
    return Object.fromEntries(entries)
  }
  const values = Object.values(own.enum ?? {}).flatMap(({ val }) =>
    val === undefined ? [] : [val]
  )
  if (values.length) return values[place.row % values.length]
  return generateScalar(own, place)
}

/** Follows named types to the built-in one. */
function resolve(csn: Csn, element: Element, depth = 0): Element {
  const complex = element['@s4.complex']
  const definition = csn.definitions[typeof complex === 'string' ? complex : (element.type ?? '')]
  if (!definition || depth > 8) return element
  const { kind: _, type, ...rest } = definition
  const { '@s4.complex': __, ...own } = element
  const merged = { ...rest, ...own } as Element
  if (type === undefined) delete merged.type
  else merged.type = type
  return resolve(csn, merged, depth + 1)
}

function generateScalar(element: Element, place: Place): unknown {
  const { row } = place
  const day = `2024-${two((row % 12) + 1)}-${two((row % 28) + 1)}`
  const time = `${two((8 + row) % 24)}:30:00`
  switch (element.type) {
    case 'cds.String':
    case 'cds.LargeString':
      return generateText(element, place)
    case 'cds.UUID':
      return uuidOf(place)
    case 'cds.Boolean':
      return DRAFT[place.element] ?? row % 2 === 0
    case 'cds.Date':
      return day
    case 'cds.Time':
      return time
    case 'cds.DateTime':
      return `${day}T${time}Z`
    case 'cds.Timestamp':
      return `${day}T${time}.000Z`
    case 'cds.Binary':
    case 'cds.LargeBinary':
      return digest(place).subarray(0, Math.min(element.length ?? 16, 16))
    default:
      return generateNumber(element, row)
  }
}

function generateNumber({ type, precision = 10, scale = 0 }: Element, row: number): unknown {
  const whole = Math.max(1, precision - scale)
  const number = ((row + 1) * 7) % 10 ** Math.min(whole, 2)
  if (type === 'cds.Decimal') return (number + (scale ? 0.5 : 0)).toFixed(scale)
  if (type === 'cds.Double') return number + 0.25
  return number
}

function generateText(element: Element, place: Place): string {
  const { length = 40, key } = element
  const { row } = place
  const name = place.element.split('.').at(-1) ?? ''
  const [, known] = VALUES.find(([pattern]) => pattern.test(name)) ?? []
  const value = known?.[row % known.length]
  if (value !== undefined && value.length <= length) return value
  if (key || /id$|number$|code$/i.test(name)) return numberText(element, row)
  if (length < 6) return String.fromCharCode(65 + (row % 26)).slice(0, length)
  return `${name.replace(/([a-z])([A-Z])/g, '$1 $2')} ${row + 1}`.slice(-length)
}

/** Keys are numbers with leading zeros, as they are in the database of the system. */
function numberText({ length = 10 }: Element, row: number): string {
  const text = String(row + 1)
  return length > 1
    ? text.padStart(Math.min(length, 10), '0')
    : (row % 36).toString(36).toUpperCase()
}

function uuidOf(place: Place): string {
  const hex = digest(place).toString('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`
  ]
  return [...parts, hex.slice(20, 32)].join('-')
}

const digest = ({ entity, element, row }: Place) =>
  createHash('sha256').update(`${entity}/${element}/${row}`).digest()

const two = (number: number) => String(number).padStart(2, '0')
