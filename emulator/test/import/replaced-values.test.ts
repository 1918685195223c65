import { effort, fc } from '../../../test/support/generated-inputs.js'
import { importDescriptor } from '../../src/import/import-descriptor.js'
import { importBindings } from '../../src/import/import-bindings.js'
import { importDestinations } from '../../src/import/import-destinations.js'
import { Replacements } from '../../src/import/replacements.js'

/** Names of properties that there are on BTP, some that nobody has heard of, and some with groups. */
const NAMES = [
  'URL',
  'Type',
  'Authentication',
  'ProxyType',
  'Description',
  'User',
  'Password',
  'clientId',
  'clientSecret',
  'tokenServiceURL',
  'tokenServiceURLType',
  'tokenServicePassword',
  'tokenService.body.assertion',
  'audience',
  'scope',
  'sap-client',
  'sap-language',
  'CloudConnectorLocationId',
  'CloudConnectorVersion',
  'KeyStoreLocation',
  'KeyStorePassword',
  'TrustStoreLocation',
  'URL.headers.Authorization',
  'URL.headers.apikey',
  'URL.queries.code',
  'jco.client.passwd',
  'jco.client.ashost',
  'mail.password',
  'ldap.url',
  'HTML5.Timeout',
  'WebIDEUsage',
  'authnContextClassRef',
  'nameIdFormat',
  'userIdSource',
  'x_user_token.jwks_uri',
  'x_user_token.jwks',
  'product.name',
  'myOwnProperty',
  'note'
]

const text = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength, maxLength })

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const LETTERS = LOWER + LOWER.toUpperCase()
const BASE64 = `${LETTERS}${DIGITS}+/`

const label = fc
  .tuple(text(LOWER, 3, 6), text(DIGITS, 4, 6), text(LOWER, 2, 4))
  .map((parts) => parts.join(''))
const host = fc
  .tuple(label, fc.constantFrom('corp.example', 'internal', 'hana.ondemand.com', 'de'))
  .map((parts) => parts.join('.'))
const password = fc
  .tuple(
    text(LETTERS, 4, 8),
    text(DIGITS, 3, 5),
    text(LETTERS, 3, 6),
    fc.constantFrom('!', '#', '$')
  )
  .map((parts) => parts.join(''))
const random = text(BASE64, 24, 64).filter((each) => /\d/.test(each) && /[A-Z]/.test(each))
const hex = text('0123456789abcdef', 32).filter((each) => /[a-f]/.test(each) && /\d/.test(each))
const jwt = fc.tuple(random, random, random).map((parts) => `eyJ${parts.join('.')}`)

/** A value, and the parts of it that must not survive. */
interface Secret {
  readonly value: string
  readonly parts: readonly string[]
}

const whole = (value: string): Secret => ({ value, parts: [value] })

const secrets: fc.Arbitrary<Secret> = fc.oneof(
  password.map(whole),
  random.map(whole),
  hex.map(whole),
  jwt.map(whole),
  fc.uuid().map(whole),
  host.map(whole),
  fc
    .ipV4()
    .filter((each) => each.length > 9)
    .map(whole),
  fc
    .ipV6()
    .filter((each) => each.length > 12)
    .map(whole),
  fc.tuple(label, host).map(([user, domain]) => whole(`${user}@${domain}`)),
  fc.tuple(label, password, host, random).map(([user, secret, domain, key]) => ({
    value: `https://${user}:${encodeURIComponent(secret)}@${domain}:8443/api/${encodeURIComponent(key)}?key=${hexOf(key)}#${user}`,
    parts: [user, encodeURIComponent(secret), domain, encodeURIComponent(key), hexOf(key)]
  })),
  random.map((each) => ({
    value: `-----BEGIN PRIVATE KEY-----\n${each}\n-----END PRIVATE KEY-----`,
    parts: [each, 'BEGIN']
  })),
  random.map((each) => ({ value: `Bearer ${each}`, parts: [each] })),
  password.map((each) => ({ value: `the password is ${each}`, parts: [each] }))
)

const hexOf = (value: string) => Buffer.from(value).toString('hex')

/** A name, in the spelling of BTP or another one. */
const names = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom('', 'lower', 'upper'))
  .map(([name, spelling]) =>
    spelling === 'lower' ? name.toLowerCase() : spelling === 'upper' ? name.toUpperCase() : name
  )

function expectNone(output: unknown, { parts }: Secret): void {
  const written = JSON.stringify(output)
  for (const part of parts) expect(written).not.toContain(JSON.stringify(part).slice(1, -1))
}

test('whatever a property is called, no value that looks like a secret or a host survives', () => {
  fc.assert(
    fc.property(
      names,
      secrets,
      fc.constantFrom('OnPremise', 'Internet'),
      (name, secret, ProxyType) => {
        const replacements = new Replacements()
        const properties = { ProxyType, URL: 'http://a.example', [name]: secret.value }
        const exported = [{ kind: 'destination' as const, name: 'D', properties }]
        const result = importDestinations(exported, 'sb-app!t1', replacements)
        expectNone([result, replacements.list], secret)
      }
    ),
    { numRuns: effort(3000) }
  )
})

test('a broken line, with a secret in place of the name, leaves nothing', () => {
  fc.assert(
    fc.property(fc.oneof(random, hex, jwt, fc.uuid(), host), random, (name, value) => {
      const replacements = new Replacements()
      const exported = [{ kind: 'destination' as const, name: 'D', properties: { [name]: value } }]
      const result = importDestinations(exported, 'sb-app!t1', replacements)
      expectNone([result, replacements.list], { value, parts: [name, value] })
    }),
    { numRuns: effort(1000) }
  )
})

test('of bindings, only names and the type of credentials are read', () => {
  fc.assert(
    fc.property(
      secrets,
      fc.constantFrom('xsuaa', 'destination', 'identity', 'hana'),
      (secret, label) => {
        const limits: string[] = []
        const binding = {
          label: secret.value,
          name: secret.value,
          instance_name: secret.value,
          credentials: {
            'credential-type': secret.value,
            xsappname: secret.value,
            url: secret.value
          }
        }
        const vcap = {
          [label]: [binding, binding],
          jobscheduler: [binding],
          credstore: [binding],
          [secret.value]: [binding]
        }
        expectNone([importBindings(vcap, limits), limits], secret)
      }
    ),
    { numRuns: effort(1000) }
  )
})

test('the security descriptor keeps no secret and no host, wherever they are', () => {
  const places = ['xsappname', 'description', 'authorities', 'x-unknown', 'scopes', 'redirect-uris']
  fc.assert(
    fc.property(secrets, fc.constantFrom(...places), (secret, place) => {
      const replacements = new Replacements()
      const list = [secret.value, { name: secret.value, description: secret.value }]
      const content = {
        xsappname: 'app',
        'oauth2-configuration': { allowedproviders: [secret.value], [place]: list },
        [place]: place === 'xsappname' ? secret.value : list
      }
      expectNone([importDescriptor(content, replacements), replacements.list], secret)
    }),
    { numRuns: effort(1000) }
  )
})
