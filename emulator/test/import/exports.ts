import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Made-up secrets and addresses; none may be in what an import writes. */
export const CANARIES = {
  password: 'Welcome2Canary!',
  clientSecret: 'kZ3canaryQ8vL0pXwT7mYb2nR5=',
  apiKey: 'canary0a1b2c3d4e5f60718293a4b5c6d7',
  token: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlY2FuYXJ5',
  pem: 'MIIEvgIBADANBgkqhkiGcanary9w0BAQEFAASCBKgwggSkAgEAAoIBAQ==',
  uuidSecret: '5d6c1c1e-0f5c-4b4e-9d0e-canary00beef',
  pin: '48151623',
  word: 'CANARY105x',
  host: 's4prod.canary.corp.example',
  apiHost: 'api.canary-partner.com',
  tokenHost: 'canary-sub.authentication.eu10.hana.ondemand.com',
  uaaHost: 'canary-uaa.authentication.eu10.hana.ondemand.com',
  ip: '10.47.11.8',
  user: 'RFC_CANARY',
  mail: 'canary.person@canary-partner.com',
  clientId: 'sb-canary-clone!b4711|xsuaa!b3',
  hook: 'B0CANARY42xyzXYZ99887766',
  note: 'password of the canary system is on the sticker',
  tenant: 'canary-7c0ffee1-4b5c-tenant'
} as const

/** Parts of canaries that would be too much as well. */
export const FRAGMENTS = /canary|welcome2|48151623|10\.47|ondemand|-----BEGIN|eyJ|MIIE/i

const C = CANARIES

/** The export of all destinations of a subaccount, in the form of the cockpit. */
const destinations = [
  {
    Name: 'S4',
    Type: 'HTTP',
    URL: `http://${C.host}:44300/sap/opu/odata/sap`,
    Authentication: 'PrincipalPropagation',
    ProxyType: 'OnPremise',
    'sap-client': '100',
    Description: C.note,
    'HTML5.DynamicDestination': 'true',
    WebIDEUsage: 'odata_abap,dev_abap'
  },
  {
    Name: 'S4_TECHNICAL',
    Type: 'HTTP',
    URL: `http://${C.host}:44300`,
    Authentication: 'BasicAuthentication',
    ProxyType: 'OnPremise',
    User: C.user,
    Password: C.password,
    CloudConnectorLocationId: 'DC2'
  },
  {
    Name: 'partner-api',
    Type: 'HTTP',
    URL: `https://${C.user}:${C.password}@${C.apiHost}/hooks/${C.hook}?key=${C.apiKey}`,
    Authentication: 'OAuth2ClientCredentials',
    ProxyType: 'Internet',
    clientId: C.clientId,
    clientSecret: C.clientSecret,
    tokenServiceURL: `https://${C.tokenHost}/oauth/token`,
    tokenServiceURLType: 'Dedicated',
    'URL.headers.x-api-key': C.apiKey,
    'URL.queries.sap-client': '200',
    contact: C.mail,
    pinOfTheDoor: C.pin,
    proxyAddress: C.ip,
    unheardOf: C.hook
  },
  {
    Name: 'RFC_S4',
    Type: 'RFC',
    ProxyType: 'OnPremise',
    'jco.client.ashost': C.host,
    'jco.client.user': C.user,
    'jco.client.passwd': C.password,
    'jco.client.client': '100'
  },
  {
    Name: 'saml',
    Type: 'HTTP',
    URL: `https://${C.apiHost}`,
    Authentication: 'OAuth2SAMLBearerAssertion',
    ProxyType: 'Internet',
    audience: `https://${C.apiHost}`,
    authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:X509',
    KeyStoreLocation: `${C.user}.p12`,
    KeyStorePassword: C.password,
    tokenServiceURL: `https://${C.tokenHost}/oauth/token`,
    Authority: C.token
  }
]

/** The export of one destination, in the form of the cockpit. */
const properties = `#
# Password=${C.password}
Name=LEGACY
Type=HTTP
URL=http\\://${C.ip}\\:8000/sap/bc/ping
ProxyType=OnPremise
Authentication=OAuth2Canary${C.hook}
Password=${C.password}
privateKey=-----BEGIN PRIVATE KEY-----\\n\\
  ${C.pem}\\n\\
  -----END PRIVATE KEY-----
${C.pem}
${C.uuidSecret}=${C.clientSecret}
`

const credentials = {
  clientid: C.clientId,
  clientsecret: C.clientSecret,
  certificate: `-----BEGIN CERTIFICATE-----\n${C.pem}\n-----END CERTIFICATE-----`,
  key: C.pem,
  url: `https://${C.uaaHost}`,
  'credential-type': 'x509',
  tenantid: C.tenant
}

const binding = (name: string, label: string, plan: string, own: object = {}) => ({
  label,
  name,
  instance_name: name,
  plan,
  tags: [label],
  credentials: { ...credentials, ...own }
})

/** The output of `cf env`. */
const environment = `Getting env variables for app orders in org ${C.tenant} / space dev as ${C.mail}...
System-Provided:
VCAP_SERVICES: ${JSON.stringify(
  {
    xsuaa: [binding('orders-auth', 'xsuaa', 'application', { xsappname: 'orders!t4711' })],
    destination: [binding('orders-destination', 'destination', 'lite')],
    connectivity: [
      binding('orders-connectivity', 'connectivity', 'lite', {
        'credential-type': 'binding-secret'
      })
    ],
    jobscheduler: [binding('orders-jobs', 'jobscheduler', 'standard')],
    credstore: [binding('orders-keys', 'credstore', 'standard', { oauth_token_url: C.apiHost })],
    hana: [binding('orders-db', 'hana', 'hdi-shared', { password: C.password })],
    'user-provided': [{ name: C.token, label: 'user-provided', credentials: { key: C.apiKey } }]
  },
  undefined,
  1
)}

VCAP_APPLICATION: { "application_uris": ["${C.apiHost}"] }

User-Provided:
API_KEY: ${C.apiKey}
`

/** The project's security descriptor. */
const xsSecurity = {
  xsappname: 'orders',
  'tenant-mode': 'dedicated',
  description: C.note,
  scopes: [
    { name: '$XSAPPNAME.Viewer', description: `see ${C.apiHost}` },
    { name: '$XSAPPNAME.Job', 'grant-as-authority-to-apps': ['$XSSERVICENAME(orders-jobs)'] }
  ],
  attributes: [{ name: 'plant', valueType: 'string', valueRequired: false }],
  'role-templates': [
    {
      name: 'Viewer',
      'scope-references': ['$XSAPPNAME.Viewer'],
      'attribute-references': [{ name: 'plant', 'default-values': ['1010', C.mail, C.word] }]
    }
  ],
  'role-collections': [
    { name: 'Orders Viewer', 'role-template-references': ['$XSAPPNAME.Viewer'] }
  ],
  'oauth2-configuration': {
    'redirect-uris': [`https://*.${C.apiHost}/**`],
    'token-validity': 900,
    allowedproviders: [C.tokenHost],
    'x-unknown': C.clientSecret
  },
  'x-note': C.password,
  [C.apiKey]: true
}

const mta = `
_schema-version: '3.1'
ID: orders
resources:
  - name: orders-html5
    type: org.cloudfoundry.managed-service
    parameters: { service: html5-apps-repo, service-plan: app-host, service-keys: ['${C.apiKey}'] }
  - name: orders-destination
    type: org.cloudfoundry.managed-service
    parameters:
      service: destination
      service-plan: lite
      config:
        init_data:
          instance:
            destinations:
              - { Name: orders-api, Type: HTTP, URL: '~{srv-api/srv-url}', Authentication: NoAuthentication, ProxyType: Internet, forwardAuthToken: true, secretNote: '${C.password}' }
modules:
  - name: orders-srv
    type: nodejs
    properties: { API_KEY: '${C.apiKey}' }
`

/** Writes the made-up exports into a new folder, whose path is returned. */
export function writeExports(): string {
  const folder = mkdtempSync(join(tmpdir(), 'import-'))
  const write = (name: string, content: string | object) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2)
    writeFileSync(join(folder, name), text)
  }
  write('destinations.json', destinations)
  write('LEGACY.properties', properties)
  write('env.txt', environment)
  write('xs-security.json', xsSecurity)
  write('mta.yaml', mta)
  return folder
}
