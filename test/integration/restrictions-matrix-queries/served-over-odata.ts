import { type Answer, type Caller, serveOverHttp } from '../restrictions-http/served-over-http.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { entities, fillAll, type Reader, SEEN, showOnly } from './served-world.js'
import { TABLES } from './world.js'

/** Answers to URLs: as somebody gets them, and where there is nothing but what that one may read. */
export interface WorldOverOData {
  run(reader: Reader, url: string): Promise<Answer>
  expected(reader: Reader, url: string): Promise<Answer>
  stop(): Promise<void>
}

/** Serves the world to clients that send URLs. */
export async function serveOverOData(conditions: readonly Condition[]): Promise<WorldOverOData> {
  const model = `${TABLES}${SEEN}
service S @(path: '/s') { ${entities(conditions)} }`
  const app = await serveOverHttp(model, undefined, ['T'])
  await fillAll()
  const callerOf = ({ subject, ownerRole, condition }: Reader): Caller => ({
    id: subject.id,
    roles: [`c${String(conditions.indexOf(condition))}`, ownerRole],
    attr: subject.attr
  })
  const send = (reader: Reader, path: string) =>
    app.send(callerOf(reader), 'GET', encodeURI(path).replaceAll('#', '%23'))
  return {
    run: send,
    expected: async (reader, url) => {
      await showOnly(reader)
      return send(reader, `../t/${url}`)
    },
    stop: () => app.stop()
  }
}
