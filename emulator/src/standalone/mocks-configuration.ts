import type { ProjectRequires } from '../project/project-options.js'

/** Mocks are served by CAP: as OData V4, and without CSRF protection. */
const AS_MOCKED = { kind: 'odata', csrf: false, csrfInBatch: false }

/** Configuration of CAP, as far as it matters here. */
interface Configuration {
  readonly requires?: Readonly<Record<string, unknown>>
}

/**
 * Returns the value of `CDS_CONFIG` with which a CAP application talks to mocks as they are, in every profile. The plugin does
 * the same for `cds watch`, which has no bindings of its own.
 *
 * @param requires - `cds.requires` of the project
 * @param mocked - names of the services with mocks
 * @param given - value of `CDS_CONFIG` that is completed
 * @returns `undefined` if there is nothing to add, or the value is the name of a file
 */
export function mocksConfiguration(
  requires: ProjectRequires,
  mocked: readonly string[],
  given = '{}'
): object | undefined {
  const names = Object.entries(requires).flatMap(([name, options]) => {
    const { kind, service = name } = Object(options) as { kind?: unknown; service?: string }
    return mocked.includes(service) && /^odata\b/.test(String(kind)) ? [name] : []
  })
  const own = parsed(given)
  if (!names.length || !own) return undefined
  const completed = names.map((name) => {
    return [name, { ...optionsOf(own.requires?.[name]), ...AS_MOCKED }] as const
  })
  return { ...own, requires: { ...own.requires, ...Object.fromEntries(completed) } }
}

/** A required service can be the name of its kind alone. */
const optionsOf = (value: unknown) => (typeof value === 'object' ? value : {})

function parsed(json: string): Configuration | undefined {
  try {
    return JSON.parse(json) as Configuration
  } catch {
    return undefined
  }
}
