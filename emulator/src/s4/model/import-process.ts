import { createRequire } from 'node:module'

interface Toolkit {
  import: { from: { edmx: (file: string, options: object) => Promise<object> } }
}

const [, , toolkit = '', file = ''] = process.argv

/** Imports one file with `@sap/cds-dk`, whose path is the first argument, and sends the CSN to the parent. */
async function run(): Promise<void> {
  const cds = createRequire(__filename)(toolkit) as Toolkit
  const csn = await cds.import.from.edmx(file, {})
  process.send?.({ csn }, () => process.exit())
}

run().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  process.send?.({ error: message }, () => process.exit(1))
})
