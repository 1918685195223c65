import { loadDevelopment } from '../../development/door.js'
import type { Project } from '../project/project.js'
import type { Fact } from './fact.js'

/** Systems of the project's landscape, as the emulator reads them from the configuration. */
type Landscape = ReturnType<ReturnType<typeof loadDevelopment>['landscapeOf']>

type Systems = NonNullable<Landscape['onPremise']>

/** Returns what the Cloud Connectors of the running landscape expose; nothing where none runs. @internal */
export function exposedSystems({ root, requires, landscape }: Project): Fact[] {
  if (!landscape) return []
  const { landscapeOf } = loadDevelopment()
  const options = landscapeOf(root, requires, {})
  const { onPremise = {}, locationId = '', cloudConnectors = {} } = options
  const connectors = Object.entries({ ...cloudConnectors, [locationId]: onPremise })
  const values = connectors.flatMap(([location, systems]) => linesOf(location, systems))
  return [{ name: 'exposed by the Cloud Connector of the landscape', values }]
}

function linesOf(location: string, systems: Systems): string[] {
  const whose = location ? `location id "${location}", ` : ''
  return Object.entries(systems).map(([host, { resources }]) => {
    const paths = resources?.map(({ path, subpaths }) => `${path}${subpaths ? ' and below' : ''}`)
    return `${whose}${host}: ${paths?.join(', ') ?? 'all paths'}`
  })
}
