// Writes types/: one file of declarations for each entry point of the package, with all that its exports need.
import fs from 'node:fs'
import path from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { builtFrom } from './setup/build.mjs'
import { withLock } from './setup/lock.mjs'
import { inRoot } from './setup/root.mjs'
import { setup } from './setup.mjs'

/** Modules that CAP loads by files which are written by hand. */
const COMPILED = { './auth.js': './dist/inbound/auth.js', './cds-plugin.js': './dist/plugin.js' }
/** Entry points that are those of another package under the name of this one. */
const FORWARDED = {
  './emulator': "export * from 'cds-principal-emulator'\n",
  './mock-auth':
    "export { default, mockAuth, type MockAuthOptions } from 'cds-principal-emulator/mock-auth'\n"
}
const STAMP = inRoot('types/.built')

await setup()
await withLock(() => {
  if (fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === builtFrom()) return
  const { exports: entries } = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8'))
  fs.rmSync(inRoot('types'), { recursive: true, force: true })
  fs.mkdirSync(inRoot('types'))
  for (const [name, { types, default: module }] of Object.entries(entries)) {
    if (FORWARDED[name]) fs.writeFileSync(inRoot(types), FORWARDED[name])
    else if (types) rollUp((COMPILED[module] ?? module).replace(/\.js$/, '.d.ts'), types)
  }
  fs.writeFileSync(STAMP, builtFrom())
})

function rollUp(from, to) {
  const configObject = ExtractorConfig.loadFile(inRoot('api-extractor.json'))
  configObject.mainEntryPointFilePath = path.join(inRoot(), from)
  configObject.apiReport = { enabled: false }
  configObject.dtsRollup = { enabled: true, untrimmedFilePath: path.join(inRoot(), to) }
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: inRoot('api-extractor.json'),
    packageJsonFullPath: inRoot('package.json')
  })
  const { succeeded } = Extractor.invoke(config, { localBuild: true, messageCallback: quieten })
  if (!succeeded) throw new Error(`the types of ${from} could not be put into one file`)
}

// The reports under etc/ are checked elsewhere; types that are not exported are in the file all the same.
function quieten(message) {
  if (message.logLevel !== 'error' || message.messageId === 'ae-forgotten-export') {
    message.logLevel = 'none'
    message.handled = true
  }
}
