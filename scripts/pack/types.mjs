// Writes types/: one file with all declarations, and one for each entry point of the package that names its exports.
import fs from 'node:fs'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import { format } from 'prettier'
import ts from 'typescript'
import { inRoot } from '../setup/root.mjs'

/** Declarations of entry points with exports of their own. */
const DECLARED = {
  '.': 'index',
  './remote-service': 'remote/service',
  './cds-plugin': undefined
}
/** Entry points that are one function, whose class is for CAP only, and those of another package under the name of this one. */
const FORWARDED = {
  './auth': "import { auth } from './declarations.js'\n\nexport = auth\n",
  './mcp-service': agentService('Mcp'),
  './a2a-service': agentService('A2a'),
  './emulator': "export * from 'cds-principal-emulator'\n",
  './mock-auth':
    "export { default, mockAuth, type MockAuthOptions } from 'cds-principal-emulator/mock-auth'\n"
}
const ALL = 'dist/all.d.ts'
const STYLE = {
  parser: 'typescript',
  semi: false,
  singleQuote: true,
  printWidth: 140,
  useTabs: true
}

/** @param {Readonly<Record<string, { types?: string }>>} entries - of `exports` in package.json */
export async function rollUpTypes(entries) {
  const exported = {}
  for (const [name, module] of Object.entries(DECLARED)) {
    exported[name] = module ? exportsOf(`dist/${module}.d.ts`) : []
  }
  await rollUp()
  for (const [name, { types }] of Object.entries(entries)) {
    const text = FORWARDED[name] ?? (exported[name] && listOf(exported[name]))
    if (types && text === undefined) throw new Error(`scripts/pack/types.mjs knows no ${name}`)
    if (types) fs.writeFileSync(inRoot(types), text)
  }
}

function exportsOf(file) {
  const program = ts.createProgram([inRoot(file)], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true
  })
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(inRoot(file)))
  const resolved = (symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    declared: resolved(symbol).name,
    isType: !(resolved(symbol).flags & ts.SymbolFlags.Value)
  }))
}

function listOf(symbols) {
  if (!symbols.length) return 'export {}\n'
  const names = symbols.map(({ name, declared, isType }) =>
    [isType ? 'type ' : '', declared, name === declared ? '' : ` as ${name}`].join('')
  )
  return `export {\n\t${names.sort().join(',\n\t')}\n} from './declarations.js'\n`
}

/** Puts the declarations of all entry points, with all that they need, into one file. */
async function rollUp() {
  const modules = Object.values(DECLARED).filter(Boolean)
  fs.writeFileSync(
    inRoot(ALL),
    modules.map((module) => `export * from './${module}.js'\n`).join('')
  )
  const target = inRoot('types/declarations.d.ts')
  try {
    const configObject = ExtractorConfig.loadFile(inRoot('api-extractor.json'))
    configObject.mainEntryPointFilePath = inRoot(ALL)
    configObject.apiReport = { enabled: false }
    configObject.dtsRollup = { enabled: true, untrimmedFilePath: target }
    const config = ExtractorConfig.prepare({
      configObject,
      configObjectFullPath: inRoot('api-extractor.json'),
      packageJsonFullPath: inRoot('package.json')
    })
    const { succeeded } = Extractor.invoke(config, { localBuild: true, messageCallback: quieten })
    if (!succeeded) throw new Error('the types could not be put into one file')
  } finally {
    fs.rmSync(inRoot(ALL), { force: true })
  }
  fs.writeFileSync(target, await format(fs.readFileSync(target, 'utf8'), STYLE))
}

// The reports under etc/ are checked elsewhere; types that are not exported are in the file all the same.
function quieten(message) {
  if (message.logLevel !== 'error' || message.messageId === 'ae-forgotten-export') {
    message.logLevel = 'none'
    message.handled = true
  }
}

/** Declares a class that CAP makes a required service of: what callers see of it is an interface. */
function agentService(protocol) {
  const [name, type] = [`Principal${protocol}Service`, `${protocol}Service`]
  const declared = `export declare const ${name}: new (...parameters: never[]) => ${type}`
  return `import type { ${type} } from './declarations.js'\n\n${declared}\nexport default ${name}\n`
}
