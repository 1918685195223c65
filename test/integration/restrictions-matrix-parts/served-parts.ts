import cds from '@sap/cds'

import { type Answer, serveOverHttp } from '../restrictions-http/served-over-http.js'
import { OWNERS, ROWS, type Subject } from '../restrictions-matrix/fixture.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { restrictions } from '../restrictions-matrix/model.js'
import { fillAll } from '../restrictions-matrix-queries/served-world.js'
import { type Stored, TABLES, tablesWith } from '../restrictions-matrix-queries/world.js'
import type { PartWrite } from './part-writes.js'

/** Somebody who may do all with rows of a condition, or read all of them and change those. */
export interface Writer {
  readonly subject: Subject
  readonly condition: Condition
  readonly readsAll: boolean
}

export interface ServedParts {
  send(writer: Writer, write: PartWrite): Promise<Answer>
  /** What a table holds. */
  stored(table: string): Promise<Stored[]>
  reset(): Promise<void>
  stop(): Promise<void>
}

/** Rows with a restriction, and their parts without any. */
export async function serveParts(conditions: readonly Condition[]): Promise<ServedParts> {
  const all = [...conditions]
  const writing = restrictions(all, ['CREATE', 'UPDATE', 'DELETE']).replaceAll("to: 'c", "to: 'w")
  const app = await serveOverHttp(`${TABLES}
service S @(path: '/s') {
  @restrict: [ ${restrictions(all)}, ${writing}, { grant: 'READ', to: 'reader' } ]
  entity Rows as projection on db.Rows;
  entity Lines as projection on db.Rows.lines;
  entity Links as projection on db.Links;
  entity Owners as projection on db.Owners;
  entity Regions as projection on db.Regions;
}`)
  return {
    send: ({ subject: { id, attr }, condition, readsAll }, { method, path, data }) => {
      const index = String(conditions.indexOf(condition))
      const roles = readsAll ? ['reader', `w${index}`] : [`c${index}`]
      if (method === 'move') return update(new cds.User({ id, roles, attr } as never), path, data)
      return app.send({ id, roles, attr }, method, path, data)
    },
    stored: (table) => cds.run(SELECT.from(`db.${table}`)),
    reset: fillAll,
    stop: () => app.stop()
  }
}

/** What a table holds at first. */
export function storedAtFirst(table: string): Stored[] {
  return tablesWith(ROWS, OWNERS)[table] ?? []
}

/** Changes what is at a path of a URL, in this process. */
async function update(user: object, path: string, data?: object): Promise<Answer> {
  const ref = path.split('/').map((segment, index) => {
    const [, name = '', keys = ''] = /^(\w+)\((.*)\)$/.exec(segment) ?? []
    const where = keys.split(',').flatMap((each, i) => {
      const [element = '', value] = each.split('=')
      return [...(i ? ['and'] : []), { ref: [element] }, '=', { val: Number(value) }]
    })
    return { id: index ? name : `S.${name}`, where }
  })
  const { S: service } = cds.services as unknown as Record<string, { tx(c: object): Running }>
  try {
    const body = await service!
      .tx({ user })
      .run(UPDATE.entity({ ref } as never).with(data as never))
    return { status: 200, body }
  } catch (error) {
    const { status, code, message } = error as { status?: number; code?: unknown; message: string }
    return { status: status ?? Number(code), body: message }
  }
}

interface Running {
  run(query: unknown): Promise<unknown>
}
