/** A body that is no job; the message names the property. */
export class InvalidJob extends Error {}

/** The settings of a job, from the body of a request. */
export interface JobDefinition {
  name: string
  description: string
  action: string
  active: boolean
  httpMethod: string
  startTime: unknown
  endTime: unknown
  schedules: ScheduleDefinition[]
}

/** The settings of a schedule. */
export interface ScheduleDefinition {
  description: string
  active: boolean
  /** JSON. */
  data: string | null
  startTime: unknown
  endTime: unknown
  cron?: unknown
  time?: unknown
  repeatInterval?: unknown
  repeatAt?: unknown
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE']
const MODES = ['cron', 'time', 'repeatInterval', 'repeatAt'] as const

type Body = Readonly<Record<string, unknown>>

/**
 * Reads a job.
 *
 * @param former - settings that are kept where the body has none
 * @throws InvalidJob
 * @see SAP Job Scheduling service, "Create Job"
 */
export function readJob(body: unknown, former: Body = {}): JobDefinition {
  if (typeof body !== 'object' || body === null) throw new InvalidJob('the body must be a job')
  const given = { ...former, ...(body as Body) }
  const { name, action, description, httpMethod = 'POST', active = false, schedules = [] } = given
  if (typeof name !== 'string' || !/^(?!\d+$)[\w-]{1,255}$/.test(name)) {
    throw new InvalidJob("'name' must be letters, digits, '_' and '-', and not only digits")
  }
  if (typeof action !== 'string' || !URL.canParse(action)) {
    throw new InvalidJob("'action' must be a URL")
  }
  if (typeof httpMethod !== 'string' || !METHODS.includes(httpMethod)) {
    throw new InvalidJob(`'httpMethod' must be one of ${METHODS.join(', ')}`)
  }
  if (typeof active !== 'boolean') throw new InvalidJob("'active' must be of type 'boolean'")
  if (!Array.isArray(schedules)) throw new InvalidJob("'schedules' must be an array")
  return {
    ...{ name, action, httpMethod, active },
    description: text(description),
    startTime: given['startTime'] ?? null,
    endTime: given['endTime'] ?? null,
    schedules: schedules.map(readSchedule)
  }
}

function readSchedule(schedule: unknown): ScheduleDefinition {
  const given = Object(schedule) as Body
  const modes = MODES.filter((mode) => given[mode] !== undefined && given[mode] !== null)
  if (modes.length !== 1) {
    throw new InvalidJob(`a schedule needs one of ${MODES.join(', ')}, and has ${modes.length}`)
  }
  const { active = false, data } = given
  if (typeof active !== 'boolean') {
    throw new InvalidJob("'active' of a schedule must be of type 'boolean'")
  }
  return {
    description: text(given['description']),
    active,
    data: data === undefined || data === null ? null : JSON.stringify(data),
    startTime: given['startTime'] ?? null,
    endTime: given['endTime'] ?? null,
    ...Object.fromEntries(modes.map((mode) => [mode, given[mode]]))
  }
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')
