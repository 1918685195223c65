// Compares the public API with the reports under etc/; `--local` rewrites the reports instead.
import fs from 'node:fs'
import process from 'node:process'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { inRoot } from './setup/root.mjs'

/** Report name → the module whose exports it lists. */
const entryPoints = { index: 'dist/index.d.ts', emulator: 'emulator/dist/index.d.ts' }
const local = process.argv.includes('--local')

/** Whether the report of one entry point is as it should be. */
function check(name, file) {
  const configObject = ExtractorConfig.loadFile(inRoot('api-extractor.json'))
  configObject.mainEntryPointFilePath = inRoot(file)
  configObject.apiReport.reportFileName = name
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: inRoot('api-extractor.json'),
    packageJsonFullPath: inRoot('package.json')
  })
  return Extractor.invoke(config, {
    localBuild: local,
    messageCallback: (message) => quieten(message)
  })
}

function quieten(message) {
  if (/^console-(preamble|compiler-version-notice)$/.test(message.messageId)) message.handled = true
}

fs.mkdirSync(inRoot('etc'), { recursive: true })
for (const [name, file] of Object.entries(entryPoints)) {
  if (!fs.existsSync(inRoot(file))) continue
  const { succeeded, apiReportChanged } = check(name, file)
  if (!succeeded) process.exitCode = 1
  const verdict = succeeded ? 'ok' : apiReportChanged ? 'differs (npm run api:update)' : 'failed'
  console.log(`etc/${name}.api.md: ${verdict}`)
}
