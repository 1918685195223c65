import cds from '@sap/cds'
import { changeSets } from './change-sets.js'

// The types lack it: https://cap.cloud.sap/docs/node.js/cds-server#cds-middlewares
const { middlewares } = cds as unknown as {
  middlewares: { add: (handler: unknown, position: { after: string }) => void }
}
middlewares.add(changeSets(), { after: 'auth' })

if (process.env.NODE_ENV !== 'production') cds.once('listening', printExamples)

/** Lines to copy: a change as one user, another one as the next, and who did it. `API` is printed before. */
function printExamples(): void {
  const json = `-H 'Content-Type: application/json'`
  const pump = "\"$API/Equipment('P-1')"
  console.log(
    [
      '  # create as alice, change as bob, and see who did it in S/4',
      `  curl -u alice: ${json} -d '{"id":"P-1","name":"Pump","plant":"1010","category":"M"}' $API/Equipment`,
      `  curl -u bob: ${json} -X PATCH -d '{"name":"Pump, repaired"}' ${pump}"`,
      `  curl -u alice: ${pump}?\\$select=name,createdBy,lastChangedBy"`,
      '  # as the application itself: 403, nothing is sent to S/4, and the log says why',
      '  curl -i -H "Authorization: Bearer $(npx cds-principal token --grant client_credentials)" $API/Equipment',
      '  # as the Job Scheduling service: the nightly check, as the technical user of S/4',
      '  npx cds-principal job run /odata/v4/nightly-jobs/checkEquipment',
      ''
    ].join('\n')
  )
}

export default cds.server
