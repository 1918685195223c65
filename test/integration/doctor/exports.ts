import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Secrets in the exports: none of them may be printed. */
export const SECRETS = [
  'xsuaa-s3cret-a',
  'destination-s3cret-b',
  'connectivity-s3cret-c',
  'pa55word-d'
]

/** Any JSON, as the files have it. */
type Json = Record<string, any>

/** Exported files of one application. */
export interface Exports {
  vcap: Json
  destinations: Json[]
  mta: string
  xsSecurity: Json
  xsApp: Json
  requires: Json
}

const uaa = {
  url: 'https://plant.authentication.eu10.example',
  uaadomain: 'authentication.eu10.example',
  tenantid: '11111111-2222-4333-8444-555555555555'
}

/** The exports of an application in which everything is right. */
export function rightExports(): Exports {
  return {
    vcap: {
      xsuaa: [
        binding('xsuaa', 'plant-auth', {
          clientid: 'sb-plant!t1',
          clientsecret: SECRETS[0],
          xsappname: 'plant!t1',
          ...uaa
        })
      ],
      destination: [
        binding('destination', 'plant-destination', {
          clientid: 'clone-destination',
          clientsecret: SECRETS[1],
          uri: 'https://destination.eu10.example',
          ...uaa
        })
      ],
      connectivity: [
        binding('connectivity', 'plant-connectivity', {
          clientid: 'clone-connectivity',
          clientsecret: SECRETS[2],
          onpremise_proxy_host: 'connectivityproxy.internal.example',
          onpremise_proxy_port: '20003',
          onpremise_proxy_http_port: '20003',
          ...uaa
        })
      ]
    },
    destinations: [
      onPremise('S4', 'PrincipalPropagation'),
      { ...onPremise('S4_SYSTEM', 'BasicAuthentication'), User: 'SYSTEM', Password: SECRETS[3] },
      {
        Name: 'PARTNER',
        Type: 'HTTP',
        URL: 'https://partner.example/api',
        ProxyType: 'Internet',
        Authentication: 'OAuth2JWTBearer',
        tokenServiceURL: 'https://partner.example/oauth/token'
      }
    ],
    mta: MTA,
    xsSecurity: {
      xsappname: 'plant',
      scopes: [{ name: '$XSAPPNAME.Technician', description: '' }],
      attributes: [{ name: 'plant', valueType: 'string' }],
      'role-templates': [
        {
          name: 'Technician',
          'scope-references': ['$XSAPPNAME.Technician'],
          'attribute-references': ['plant']
        }
      ]
    },
    xsApp: {
      authenticationMethod: 'route',
      routes: [
        { source: '^/odata/(.*)$', destination: 'srv-api', authenticationType: 'xsuaa' },
        { source: '^/(.*)$', localDir: 'app' }
      ]
    },
    requires: {
      auth: { kind: 'principal' },
      S4: remote('S4', 'namedUser'),
      S4_SYSTEM: remote('S4_SYSTEM', 'systemUser'),
      PARTNER: { ...remote('PARTNER', 'namedUser'), kind: 'rest' }
    }
  }
}

function binding(label: string, name: string, credentials: Json): Json {
  return { name, label, tags: [label], plan: 'lite', credentials }
}

function onPremise(name: string, authentication: string): Json {
  return {
    Name: name,
    Type: 'HTTP',
    URL: 'http://s4.internal:44300',
    ProxyType: 'OnPremise',
    Authentication: authentication,
    CloudConnectorLocationId: 'plant',
    'sap-client': '100'
  }
}

const remote = (destination: string, onBehalfOf: string): Json => ({
  kind: 'odata-v2',
  onBehalfOf,
  credentials: { destination, path: '/sap/opu/odata/sap/API_EQUIPMENT' }
})

const MTA = `_schema-version: 3.3.0
ID: plant
modules:
  - name: plant-srv
    type: nodejs
    path: gen/srv
    provides:
      - name: srv-api
        properties: { srv-url: '\${default-url}' }
    requires:
      - name: plant-auth
      - name: plant-destination
      - name: plant-connectivity
  - name: plant
    type: approuter.nodejs
    path: app/router
    requires:
      - name: srv-api
        group: destinations
        properties:
          name: srv-api
          url: ~{srv-url}
          forwardAuthToken: true
      - name: plant-auth
resources:
  - name: plant-auth
    type: org.cloudfoundry.managed-service
    parameters: { service: xsuaa, service-plan: application }
  - name: plant-destination
    type: org.cloudfoundry.managed-service
    parameters: { service: destination, service-plan: lite }
  - name: plant-connectivity
    type: org.cloudfoundry.managed-service
    parameters: { service: connectivity, service-plan: lite }
`

const FILES = {
  vcap: 'env.json',
  destinations: 'destinations.json',
  mta: 'mta.yaml',
  xsSecurity: 'xs-security.json',
  xsApp: 'xs-app.json',
  requires: 'requires.json'
} as const

const OPTIONS = {
  vcap: '--vcap',
  destinations: '--destinations',
  mta: '--mta',
  xsSecurity: '--xs-security',
  xsApp: '--xs-app',
  requires: '--requires'
} as const

/** Folder with exports, and nothing else in it. */
export class ExportFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'cds-principal-doctor-'))

  /** Writes the files, and returns the options of the command for them. */
  write(name: string, exports: Exports): { cwd: string; options: string[] } {
    const folder = join(this.root, name)
    const cwd = join(folder, 'elsewhere')
    mkdirSync(cwd, { recursive: true })
    const options = (Object.keys(FILES) as (keyof Exports)[]).flatMap((each) => {
      const content = exports[each]
      const file = join(folder, FILES[each])
      const text = typeof content === 'string' ? content : JSON.stringify(content)
      writeFileSync(file, each === 'vcap' ? `{"VCAP_SERVICES":${text}}` : text)
      return [OPTIONS[each], file]
    })
    return { cwd, options }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
