import { isRandom } from './names.js'
import type { Replacements } from './replacements.js'

/** Segments of a path that a person has chosen: words, versions, names of OData services. */
const SEGMENT = /^([A-Za-z]+|v\d{1,2}|\d{1,4}|[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+|odata[24])$/

/**
 * Replaces host, and leaves out user, query and every part of the path that could be a secret. Scheme and port stay.
 *
 * @param place - of the property in the landscape
 * @param ending - top level domain of the new host
 */
export function replaceAddress(
  place: string,
  value: string,
  ending: 'internal' | 'invalid',
  replacements: Replacements
): string {
  const stem = ending === 'internal' ? 'system' : 'host'
  const url = parse(value)
  const host = `${replacements.nameFor(url?.hostname ?? value, stem)}.${ending}`
  const address = url
    ? `${url.protocol}//${host}${url.port && `:${url.port}`}${plainPath(url.pathname)}`
    : `https://${host}`
  replacements.note(place, 'host', address)
  return address
}

function parse(value: string): URL | undefined {
  const text = /^[a-z]+:\/\//i.test(value) ? value : `http://${value}`
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return /^https?:$/.test(url.protocol) ? url : undefined
}

function plainPath(path: string): string {
  const segments = path.split('/').slice(1)
  const end = segments.findIndex(
    (segment) =>
      segment !== '' &&
      !(SEGMENT.test(segment) && segment.split('_').every((word) => !isRandom(word)))
  )
  const plain = (end < 0 ? segments : segments.slice(0, end)).join('/')
  return plain && `/${plain}`
}
