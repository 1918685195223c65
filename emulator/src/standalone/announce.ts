import { join, relative } from 'node:path'
import type { Landscape } from '../process/attached.js'
import type { ServiceBinding, UserSummary } from '../types.js'

/** A landscape that runs, as people and scripts are told about it. */
export interface Announcement {
  readonly landscape: Landscape
  /** Name of the file or project that it comes from. */
  readonly source: string
  /** Folder with the files for applications. */
  readonly output: string
  /** Variables for applications. */
  readonly variables: Readonly<Record<string, string>>
  /** Folder for which it runs. */
  readonly folder: string
}

const COMMAND = 'npx cds-principal-emulator'

/** Returns the lines for a person: who can log on, what to export, and how to get a token. */
export function bannerLines({ landscape, source, output, folder }: Announcement): string[] {
  const { users, recorder } = landscape
  const file = shellPath(join(output, '.env'))
  const project = folder === process.cwd() ? '' : ` --project ${shellPath(folder)}`
  return [
    '',
    `BTP services are emulated for ${source}: real tokens, real certificates, real refusals.`,
    '',
    ...table('Services', serviceLines(landscape)),
    ...table('Users', userLines(users)),
    ...table('Files', [`${relative(process.cwd(), output) || '.'}, as long as this runs`]),
    ...(recorder ? table('Recorder', [recorder]) : []),
    'In the terminal of the application:',
    `  set -a; . ${file}; set +a`,
    '',
    ...tokenLines(users, project),
    'Ctrl+C ends it, and removes the files.',
    ''
  ]
}

/** Returns the few lines for a person whose command is about to start. */
export function shortLines({ landscape, source, folder }: Announcement): string[] {
  const project = folder === process.cwd() ? '' : ` --project ${shellPath(folder)}`
  return [
    `BTP services are emulated for ${source}.`,
    ...table('Users', userLines(landscape.users)),
    ...tokenLines(landscape.users, project)
  ]
}

/** Returns what a script needs, without a secret. */
export function announcementJson(announcement: Announcement): string {
  const { landscape, source, output, folder, variables } = announcement
  const { VCAP_SERVICES: _v, CDS_CONFIG: _c, ...paths } = variables
  const { users, recorder } = landscape
  const defaultEnv = join(output, 'default-env.json')
  return JSON.stringify({
    source,
    project: folder,
    output,
    environment: paths,
    defaultEnv,
    users,
    recorder
  })
}

function table(title: string, lines: readonly string[]): string[] {
  return [...lines.map((line, i) => `  ${(i ? '' : title).padEnd(10)}${line}`), '']
}

function serviceLines({ vcapServices }: Landscape): string[] {
  const bindings = Object.values(vcapServices).flat() as ServiceBinding[]
  const rows = bindings.map(({ label, credentials }) => [label, addressOf(credentials)] as const)
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, address]) => `${label.padEnd(width)}  ${address}`.trimEnd())
}

/** Returns the address at which a client of the service begins. */
function addressOf(credentials: Readonly<Record<string, unknown>>): string {
  const { uri, url, onpremise_proxy_host: host, onpremise_proxy_port: port } = credentials
  if (typeof host === 'string') return `http://${host}:${String(port)} (proxy)`
  return typeof uri === 'string' ? uri : typeof url === 'string' ? url : ''
}

function userLines(users: readonly UserSummary[]): string[] {
  if (!users.length) return ['(none)']
  const width = Math.max(...users.map(({ name }) => name.length))
  return users.map(({ name, roles, attr, policies = [], tenant }) => {
    const attributes = Object.entries(attr).map(([key, values]) => `${key} ${values.join(', ')}`)
    const rights = [roles.join(', ') || 'no role', ...policies.map((each) => `policy ${each}`)]
    const where = tenant === undefined ? [] : [`tenant ${tenant}`]
    return `${name.padEnd(width)}  ${[...rights, ...attributes, ...where].join(' · ')}`
  })
}

function tokenLines([user]: readonly UserSummary[], project: string): string[] {
  const who = user ? ` ${shellPath(user.name)}` : ' --grant client_credentials'
  return ['A token:', `  ${COMMAND} token${who}${project}`, '']
}

/** Quotes a text for the shell where it needs that; paths below the current folder are relative. */
function shellPath(text: string): string {
  const below = text.startsWith('/') ? relative(process.cwd(), text) : text
  const path = text.startsWith('/') && !below.startsWith('..') ? `./${below}` : text
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
