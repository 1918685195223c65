import cds from '@sap/cds'
import { type JobRun, jobRunOf, reportStatus } from './job-run.js'
import { validTo } from './maintenance-service.js'
import { columns, type Equipment, findings, type Finding } from './plausibility.js'

/** What a check has come to. */
interface Result {
  checked: number
  findings: Finding[]
}

/** Records that are read from S/4 at a time. */
const PAGE = 1000

/** Jobs have no user: S/4 is called as the technical user of the destination S4_SYSTEM. */
export class NightlyJobs extends cds.ApplicationService {
  override init(): Promise<void> {
    this.on('checkEquipment', (req) => {
      if (!req.data.background) return checkEquipment()
      const run = jobRunOf(req)
      startInBackground(run, async () => summary(await checkEquipment()))
      cds.context?.http?.res.status(202)
      return undefined
    })
    return super.init()
  }
}

async function checkEquipment(): Promise<Result> {
  const all = await allEquipment()
  return { checked: all.length, findings: findings(all, new Date().getFullYear()) }
}

async function allEquipment(): Promise<Equipment[]> {
  const s4 = await cds.connect.to('API_EQUIPMENT_SYSTEM')
  const all: Equipment[] = []
  for (;;) {
    const query = SELECT.from('API_EQUIPMENT.Equipment').columns(columns)
    const current = query.where({ ValidityEndDate: validTo }).orderBy('Equipment')
    const page: Equipment[] = await s4.run(current.limit(PAGE, all.length))
    all.push(...page)
    if (page.length < PAGE) return all
  }
}

const summary = ({ checked, findings: found }: Result) =>
  `${checked} pieces of equipment checked, ${found.length} with a problem`

/** As nobody in particular: a request's user ends with the request. */
function startInBackground(run: JobRun, work: () => Promise<string>): void {
  const { tenant } = cds.context ?? {}
  const job = cds.spawn({ tenant, user: cds.User.privileged }, () => finish(run, work))
  job.on('failed', (error: Error) => log.error(`run ${run.runId} has no status:`, error.message))
}

async function finish(run: JobRun, work: () => Promise<string>): Promise<void> {
  const status = await work().then(
    (message) => ({ success: true, message }),
    (error: unknown) => {
      log.error(`run ${run.runId} failed:`, (error as Error).message)
      return { success: false, message: 'failed, see the log of the application' }
    }
  )
  await reportStatus(run, status)
}

const log = cds.log('jobs')
