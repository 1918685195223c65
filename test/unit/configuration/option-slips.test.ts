import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { checkKeys } from '../../../src/configuration/check-keys.js'

const message = (requires: object) => {
  try {
    checkKeys({ ...requires })
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

const remote = { kind: 'rest', onBehalfOf: 'namedUser' }
const S4 = (more: object) => ({ S4: { ...remote, ...more } })

/** One letter left out, doubled or swapped with the next, or another case. */
function slips(name: string): string[] {
  const at = Array.from(name, (_, i) => i)
  const all = [
    ...at.map((i) => name.slice(0, i) + name.slice(i + 1)),
    ...at.map((i) => name.slice(0, i + 1) + name.slice(i)),
    ...at.map((i) => name.slice(0, i) + (name[i + 1] ?? '') + name[i]! + name.slice(i + 2)),
    ...at.map((i) => name.slice(0, i) + name[i]!.toUpperCase() + name.slice(i + 1)),
    name.toLowerCase(),
    name.toUpperCase(),
    name.replaceAll(/[A-Z]/g, '_$&').toLowerCase()
  ]
  return [...new Set(all)].filter((each) => each !== name)
}

/** Options of CAP and of this package for a remote service, beside those above. */
const MATTER: [string, string, (options: object) => object][] = [
  ['cds.requires.S4', 'csrf', S4],
  ...['url', 'path', 'requestTimeout', 'plainHttpWithinCluster'].map(
    (name): [string, string, (options: object) => object] => [
      'cds.requires.S4.credentials',
      name,
      (credentials) => S4({ credentials })
    ]
  )
]

test.each(MATTER)('%s.%s: every slip is named, unless it is set as well', (path, name, wrap) => {
  const all = slips(name).filter((each) => each !== 'pat') // a personal access token
  expect(all.length).toBeGreaterThan(8)
  for (const wrong of all) {
    const text = `${path}.${wrong} is not known: did you mean "${name}"?`
    expect(message(wrap({ [wrong]: 1 }))).toBe(text)
    expect(message(wrap({ [wrong]: 1, [name]: 1 }))).toBeUndefined()
  }
})

test.each<[object, string]>([
  [{ csfr: true }, 'csrf'],
  [{ crsf: true }, 'csrf'],
  [{ csrfInbatch: true }, 'csrfInBatch'],
  [{ credentials: { destination: 'S4', pathh: '/x' } }, 'path'],
  [{ credentials: { destination: 'S4', URL: 'x' } }, 'url'],
  [{ credentials: { destination: 'S4', requestTimeuot: 1 } }, 'requestTimeout']
])('%j stops the start', (options, meant) => {
  expect(message(S4(options))).toMatch(`did you mean "${meant}"?`)
})

const ROOT = join(__dirname, '../../../node_modules')

/** Names of properties in the files of a folder: much more than there are options. */
function namesIn(folder: string, file: RegExp): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
  const texts = files
    .filter((each) => each.isFile() && file.test(each.name))
    .map((each) => readFileSync(join(each.parentPath, each.name), 'utf8'))
  return texts.flatMap((text) =>
    [...text.matchAll(/(?:^|[\s{,(])["']?([a-zA-Z_][\w-]*)["']?\??\s*:/gm)].map(([, name]) => name!)
  )
}

/** Options of plugins, and properties of bindings. */
const OF_OTHERS = `
  kind kinds impl model service vcap binding credentials external outbox outboxed queue queued
  pool profile profiles datasource for publishPrefix subscribePrefix topic webhook amqp format
  inbox inboxed dialect schema silent tenants users scopes session consumer store compression
  namespace ttl throwOnErrors keyspace prefix cache config scanner attachments objectStore
  adapter socket context redis periodic uri uris urls urn paths patch pat part port pass host
  crt hostname user username user_name password passwd token tenantid ca clientid clientsecret
  certificate key apiKey apiurl xsappname uaa sap endpoints catalogs saasregistryenabled
  html5-apps-repo basePath baseUrl pathPrefix pathname token_url tokenUrl authUrl auth_url url2
  urlPath requestTimeoutMs requestTimeoutInMs timeout connectTimeout requestOptions csv cors csp
  csrfToken xsrf csrfPath csrfUrl crs crl destinations
`
  .trim()
  .split(/\s+/)

test.each([
  ['of CAP', () => namesIn('@sap/cds/lib/env', /\.js$/)],
  ['that the templates of cds add write', () => namesIn('@sap/cds-dk/lib/init', /\.json\.hbs$/)],
  ['of destinations in the Cloud SDK', () => namesIn('@sap-cloud-sdk/connectivity', /\.d\.ts$/)],
  ['of plugins and bindings', () => OF_OTHERS]
])('all names %s, each alone', (_, all) => {
  // "URL" is a property in the Destination service, and "url" in credentials
  const names = [...new Set(all())].filter((each) => each !== 'URL')
  expect(names.length).toBeGreaterThan(80)
  const refused = names.flatMap((name) => [
    message(S4({ [name]: remote[name as 'kind'] ?? null })) ?? [],
    message(S4({ credentials: { [name]: 1 } })) ?? []
  ])
  expect(refused.flat()).toEqual([])
})
