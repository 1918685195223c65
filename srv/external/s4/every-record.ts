import type { Request, Service } from '@sap/cds'
import { invalidExpression, mayChange, noDelete } from './checks.js'
import { writeChangeDocuments } from './change-documents.js'
import {
  changedBy,
  complete,
  createdBy,
  type Entity,
  withoutNull,
  withoutReadOnly
} from './record.js'

/** What holds for every record of an API: who may write, what a client cannot set, and the user fields. */
export function everyRecord(srv: Service): void {
  writeChangeDocuments(srv)
  srv.on('READ', '*', (req, next) => next().catch(() => invalidExpression(req)))
  srv.before('DELETE', '*', noDelete)
  srv.before(['CREATE', 'UPDATE'], '*', mayChange)
  srv.before('CREATE', '*', (req: Request) => {
    const { data, user } = req
    const target = req.target as unknown as Entity
    withoutReadOnly(target, data, 'creatable')
    complete(target, data)
    assignExisting(target, data, createdBy(user))
  })
  srv.before('UPDATE', '*', (req: Request) => {
    const { data, user } = req
    const target = req.target as unknown as Entity
    withoutReadOnly(target, data, 'updatable')
    withoutNull(target, data)
    assignExisting(target, data, changedBy(user))
  })
}

function assignExisting(target: Entity, data: object, fields: object): void {
  for (const [name, value] of Object.entries(fields))
    if (name in target.elements) Object.assign(data, { [name]: value })
}
