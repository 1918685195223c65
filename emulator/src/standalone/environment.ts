import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import type { Landscape } from '../process/attached.js'
import { bindingFiles } from '../project/binding-files.js'
import type { OutputFile } from './output-folder.js'

/** The landscape as applications find it on BTP: in their environment, and in files. */
export interface ApplicationEnvironment {
  readonly variables: Readonly<Record<string, string>>
  readonly files: readonly OutputFile[]
}

/** Variables with a file that takes the place of the system's certificates: OpenSSL with Python, Go and others; requests; curl. */
const BUNDLES = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'] as const

const BINDINGS = 'bindings'

/**
 * Describes a landscape for applications in any language.
 *
 * @param folder - of the files
 * @param env - environment to which certificates of the landscape are added
 * @param configuration - of CAP, for services with mocks
 */
export function applicationEnvironment(
  { vcapServices, ca, workloadApi }: Landscape,
  folder: string,
  env: NodeJS.ProcessEnv,
  configuration?: object
): ApplicationEnvironment {
  const certificates = certificateFiles(ca, env)
  const services = JSON.stringify(vcapServices)
  const json = configuration && JSON.stringify(configuration)
  const variables = {
    VCAP_SERVICES: services,
    ...(json && { CDS_CONFIG: json }),
    SERVICE_BINDING_ROOT: join(folder, BINDINGS),
    ...(workloadApi && { SPIFFE_ENDPOINT_SOCKET: workloadApi }),
    ...Object.fromEntries(
      [...certificates.byVariable].map(([name, file]) => [name, join(folder, file)])
    )
  }
  const defaults = {
    VCAP_SERVICES: vcapServices,
    ...(configuration && { CDS_CONFIG: configuration }),
    ...(workloadApi && { SPIFFE_ENDPOINT_SOCKET: workloadApi })
  }
  const quoted = {
    ...variables,
    VCAP_SERVICES: inQuotes(services),
    ...(json && { CDS_CONFIG: inQuotes(json) })
  }
  return {
    variables,
    files: [
      { path: 'default-env.json', content: JSON.stringify(defaults, null, 2) },
      { path: '.env', content: dotenv(quoted) },
      ...certificates.files,
      ...bindingFiles(BINDINGS, vcapServices)
    ]
  }
}

/** Files with certificates, and the variables that lead to them. */
function certificateFiles(ca: string, env: NodeJS.ProcessEnv) {
  const system = [...new Set(tls.getCACertificates('system'))]
  const roots = (system.length ? system : tls.getCACertificates('bundled')).join('\n')
  const files: OutputFile[] = [
    { path: 'landscape-ca.pem', content: ca },
    { path: 'ca.pem', content: pem(readIfAny(env['NODE_EXTRA_CA_CERTS']), ca) },
    { path: 'ca-bundle.pem', content: pem(roots, ca) }
  ]
  const byVariable = new Map([['NODE_EXTRA_CA_CERTS', 'ca.pem']])
  for (const name of BUNDLES) {
    const own = readIfAny(env[name])
    const path = own === undefined ? 'ca-bundle.pem' : `${name.toLowerCase()}.pem`
    if (own !== undefined) files.push({ path, content: pem(own, ca) })
    byVariable.set(name, path)
  }
  return { files, byVariable }
}

/** A file that cannot be read has no effect for Node either. */
function readIfAny(file: string | undefined): string | undefined {
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const pem = (...parts: readonly (string | undefined)[]) =>
  parts
    .filter((part) => part !== undefined)
    .map((part) => `${part.trimEnd()}\n`)
    .join('')

/** JSON without characters that mean something between single quotes, to a shell or to a reader of `.env`. */
const inQuotes = (json: string) =>
  json.replaceAll("'", String.raw`\u0027`).replaceAll('\\\\', String.raw`\u005c`)

function dotenv(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}\n`)
  return lines.join('')
}

const quote = (value: string) =>
  value.includes("'") ? `"${value.replaceAll(/["$`\\]/g, String.raw`\$&`)}"` : `'${value}'`
