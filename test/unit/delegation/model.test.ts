import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { addModelToEnvironments } from '../../../src/delegation/model.js'

const MODEL = 'cds-principal/model/delegations.cds'
const facade = cds as unknown as {
  env: { for(context: string, root: string): { requires: { queue: { model?: unknown } | false } } }
}

let folder: string
beforeAll(addModelToEnvironments)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'delegation-model-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** The configuration of a project, read anew as `cds build` does. */
function queueOf(requires: object) {
  writeFileSync(join(folder, '.cdsrc.json'), JSON.stringify({ requires }))
  return facade.env.for('cds', folder).requires.queue
}

test('the table is deployed with the queue if a required service has a delegation', () => {
  const queue = queueOf({ S4: { kind: 'odata', delegation: { credentials: 'keys' } } })
  expect(queue).toMatchObject({ model: ['@sap/cds/srv/outbox', MODEL] })
})

test.each([{ S4: { kind: 'odata' } }, { S4: { delegation: false } }, {}])(
  'and with %j it is not',
  (requires) => {
    expect(JSON.stringify(queueOf(requires))).not.toContain(MODEL)
  }
)

test('the queue in memory has no table', () => {
  expect(queueOf({ S4: { delegation: true }, queue: false })).toBe(false)
})
