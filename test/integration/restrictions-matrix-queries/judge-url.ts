import type { Answer } from '../restrictions-http/served-over-http.js'
import type { Verdict } from './judge.js'
import type { WorldOverOData } from './served-over-odata.js'
import type { Reader } from './served-world.js'

/** Compares the answer to a URL with that to the same one where there is nothing but what the reader may read. */
export async function judgeUrl(
  world: WorldOverOData,
  reader: Reader,
  url: string
): Promise<Verdict> {
  const expected = await world.expected(reader, url)
  const actual = await world.run(reader, url)
  const difference = { url, expected, actual }
  if (reader.ownerRole === 'none' && reachesOwners(url)) {
    const isRefused = actual.status === 403 || (expected.status >= 400 && actual.status >= 400)
    return isRefused ? 'refused' : difference
  }
  if (expected.status === actual.status && expected.status < 500) {
    const isSame = expected.status >= 400 || bodyOf(actual) === bodyOf(expected)
    return isSame ? 'same' : difference
  }
  return expected.status >= 400 && actual.status >= 400 ? 'not answered by CAP' : difference
}

/** The key of the owner is an element of the row. */
function reachesOwners(url: string): boolean {
  const [path = '', options = ''] = url.split('?', 2)
  return /\bowners?\b/i.test(path) || /\bowners?\b/.test(options.replace(/\bowner\/ID\b/g, ''))
}

/** What is read, in an order that does not depend on how it was found, without what OData says about it. */
function bodyOf({ body }: Answer): string {
  return JSON.stringify(ordered(body))
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(ordered).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([name, each]) =>
    name === '@odata.context' ? [] : [[name, ordered(each)] as const]
  )
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
