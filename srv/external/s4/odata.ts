import { createServer } from 'node:http'
import { join } from 'node:path'
import cov2ap from '@cap-js-community/odata-v2-adapter'
import cds from '@sap/cds'
import { inProcessAgent } from 'cds-principal-emulator/s4'
import express, { type RequestHandler } from 'express'
import { equipment } from './equipment.js'
import { functionalLocations } from './functional-locations.js'
import { completeStoredRecords } from './record.js'

/** Where SAP systems serve the OData services of namespace /SAP/. */
export const servicePath = '/sap/opu/odata/sap'

// The types lack it: https://cap.cloud.sap/docs/node.js/cds-facade
const { deploy } = cds as unknown as {
  deploy: (csn: object) => { to: (db: object, options: object) => Promise<void> }
}

/** Deploys the two APIs to memory, serves them inside this process, and returns their OData V2 face. */
export async function odataV2(): Promise<RequestHandler> {
  const model = join(__dirname, 'index.cds')
  const csn = await cds.load(model)
  cds.model = cds.compile.for.nodejs(csn)
  cds.db = await cds.connect.to('db')
  await deploy(csn).to(cds.db, { silent: true })
  await completeStoredRecords()

  const app = express()
  await cds.serve('API_EQUIPMENT').from(csn).with(equipment).in(app)
  await cds.serve('API_FUNCTIONALLOCATION').from(csn).with(functionalLocations).in(app)
  return cov2ap({
    model,
    path: servicePath,
    target: 'http://in-process',
    httpAgent: inProcessAgent(createServer(app)),
    registerOnListening: false,
    excludeNonSelectedKeys: true,
    processForwardedHeaders: false
  })
}
