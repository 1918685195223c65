import cds from '@sap/cds'
import { changeSets } from './change-sets.js'
import { mcpAdapter } from './mcp/adapter.js'
import { cap } from './mcp/cap.js'

cap.middlewares.add(changeSets(), { after: 'auth' })

// @cap-js/mcp, when it is installed, has registered its own adapter for the same annotation and paths
const protocols = (cap.env.protocols ??= {})
protocols['mcp'] ??= { path: '/mcp', impl: mcpAdapter }

if (process.env.NODE_ENV !== 'production') cds.once('listening', printExamples)

/** Lines to copy: a change as one user, another one as the next, and who did it. `API` is printed before. */
function printExamples({ url }: { url: string }): void {
  const json = `-H 'Content-Type: application/json'`
  const pump = "\"$API/Equipment('P-1')"
  console.log(
    [
      '  # create as alice, change as bob, and see who did it in S/4',
      `  curl -u alice: ${json} -d '{"id":"P-1","name":"Pump","plant":"1010","category":"M"}' $API/Equipment`,
      `  curl -u bob: ${json} -X PATCH -d '{"name":"Pump, repaired"}' ${pump}"`,
      `  curl -u alice: ${pump}?\\$select=name,createdBy,lastChangedBy"`,
      '  # the same service for agents (MCP): docs/agents.md',
      '  curl -u alice: -H Content-Type:application/json -H Accept:application/json,text/event-stream' +
        ` -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' ${url}/mcp/maintenance`,
      ...planned(`  curl -u alice: ${json} -d '{"name":"Pump, as planned","after":"5s"}' ${pump}`),
      '  # as the application itself: 403, nothing is sent to S/4, and the log says why',
      '  curl -i -H "Authorization: Bearer $(npx cds-principal token --grant client_credentials)" $API/Equipment',
      '  # as the Job Scheduling service: the nightly check, as the technical user of S/4',
      '  npx cds-principal job run /odata/v4/nightly-jobs/checkEquipment',
      ''
    ].join('\n')
  )
}

/** Work that is planned has its author where the service has a delegation, as with `npm start`. */
function planned(line: string): string[] {
  const { API_EQUIPMENT } = cds.env.requires as Record<string, { delegation?: unknown } | undefined>
  if (!API_EQUIPMENT?.delegation) return []
  const comment =
    '  # alice plans a repair: the change in S/4 is hers, although her request is long over'
  return [comment, `${line}/MaintenanceService.planForTonight"`]
}

export default cds.server
