import type { Service } from '../cap.js'
import { boundTools, unboundTools } from './action.js'
import { changeTools } from './change.js'
import { describeTool } from './describe.js'
import { entitiesOf } from './entity.js'
import { queryTool } from './query.js'
import type { Tool } from './tool.js'

/** Returns the tools of a service by name. Each change is a tool of its own, as many clients ask their user for each tool. */
export function toolsOf(service: Service): Map<string, Tool> {
  const ofEntities = [...entitiesOf(service)].flatMap(([name, entity]) => [
    ...changeTools(service, name, entity),
    ...boundTools(service, name, entity)
  ])
  const others = [...ofEntities, ...unboundTools(service)]
  const queries = entitiesOf(service).size ? [queryTool(service)] : []
  const tools = new Map<string, Tool>()
  for (const tool of [describeTool(service, others), ...queries, ...others]) {
    let name = tool.name.replaceAll('.', '_')
    while (tools.has(name)) name += '_'
    tools.set(name, { ...tool, name })
  }
  return tools
}
