import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import cds from '@sap/cds'

import { installRestrictions } from '../../../src/restrictions/install.js'
import type { Service } from './local-service.js'
import { REMOTE_CONDITIONS } from './remote-conditions.js'
import type { S4Proxy } from './s4-proxy.js'

const S4_MODEL = readFileSync(join(__dirname, '../../../srv/external/API_EQUIPMENT.cds'), 'utf8')
const granted = REMOTE_CONDITIONS.map(
  ({ cds }, index) => `{ grant: 'READ', to: 'c${index}', where: (${cds}) }`
)

const WRITES = "['CREATE', 'UPDATE', 'UPSERT', 'DELETE', 'dismantle']"
const granting = REMOTE_CONDITIONS.map(
  ({ cds }, index) => `{ grant: ${WRITES}, to: 'c${index}', where: (${cds}) }`
)
const judging = REMOTE_CONDITIONS.map(
  ({ cds }, index) => `{ to: 'c${index}', where: '${cds.replaceAll("'", "''")}' }`
)

const PROJECTION = `projection on API_EQUIPMENT.Equipment {
    key Equipment as id, key ValidityEndDate as validTo, EquipmentName as name, MaintenancePlant as plant,
    ManufacturerCountry as country, EquipmentIsInstalled as installed, CreationDate as created,
    EquipmentCategory as category
  }`

const MODEL = `${S4_MODEL}
service R {
  @restrict: [
    { grant: '*', to: 'Technician', where: (plant = $user.plant) },
    { grant: 'READ', to: ['Reader', 'Half'] },
    { grant: ['UPDATE', 'dismantle'], to: 'Half', where: (plant = $user.plant and installed = true) },
    ${granted.join(',\n    ')}
  ]
  entity Equipment as ${PROJECTION} actions {
    action dismantle() returns String;
    @restrict: [{ to: 'Reader', where: 'plant <> $user.plant' }]
    action retire() returns String;
  };
  @cds.redirection.target: false
  @restrict: [ { grant: 'READ', to: 'any' }, ${granting.join(',\n    ')} ]
  entity Written as ${PROJECTION} actions {
    action dismantle() returns String;
    @restrict: [ ${judging.join(',\n    ')} ]
    action judge() returns String;
  };
}`

/** A service whose records live in S/4, with conditions for every event. What is `Written` is not sent. */
export async function serveEquipment(s4: S4Proxy): Promise<Service> {
  cds.log('principal', { level: 'silent' }) // refusals are what is tested
  installRestrictions()
  const csn = cds.compile(MODEL) as unknown as string
  cds.model = cds.compile.for.nodejs(csn as never)
  Object.assign(cds.env.requires, {
    API_EQUIPMENT: {
      kind: 'odata-v2',
      impl: cds.RemoteService,
      external: true,
      csrf: true,
      credentials: { url: `${s4.url}/API_EQUIPMENT` }
    }
  })
  const service: unknown = await cds
    .serve('R')
    .from(csn)
    .with(handlers as never)
  return service as Service
}

async function handlers(this: cds.ApplicationService): Promise<void> {
  const s4 = await cds.connect.to('API_EQUIPMENT')
  this.on(['READ', 'CREATE', 'UPDATE', 'DELETE'], 'Equipment', ({ query }) => s4.run(query))
  this.on(['dismantle', 'retire'], 'Equipment', () => 'done')
  this.on('READ', 'Written', ({ query }) => s4.run(query))
  this.on(['CREATE', 'UPDATE', 'UPSERT', 'DELETE', 'dismantle', 'judge'], 'Written', () => 'done')
}
