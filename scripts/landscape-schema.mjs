// Writes the schema of landscape.json from that of the plugin's options; `--check` compares it instead.
import fs from 'node:fs'
import process from 'node:process'
import { format, resolveConfig } from 'prettier'
import { inRoot } from './setup/root.mjs'

const SOURCE = inRoot('schema/cds-principal.json')
const TARGET = inRoot('emulator/schema/landscape.json')

/** Profiles such as "[production]" belong to the configuration of CAP. */
const PROFILE = '^\\[.+\\]!?$'

const { definitions } = JSON.parse(fs.readFileSync(SOURCE, 'utf8'))
const { emulator } = definitions

const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A landscape of cds-principal-emulator, in landscape.json',
  type: 'object',
  properties: {
    $schema: { type: 'string', description: 'This schema, for the editor.' },
    users: { $ref: '#/definitions/users' },
    ...emulator.properties
  },
  additionalProperties: false
}
schema.definitions = referenced(schema)
const options = { ...(await resolveConfig(TARGET)), parser: 'json' }
const text = await format(JSON.stringify(withoutProfiles(schema), null, 2), options)

if (!process.argv.includes('--check')) fs.writeFileSync(TARGET, text)
else if (fs.readFileSync(TARGET, 'utf8') !== text) {
  console.error('emulator/schema/landscape.json is out of date: node scripts/landscape-schema.mjs')
  process.exitCode = 1
}

/** Definitions that a part of the schema refers to, directly or through others. */
function referenced(part, found = {}) {
  for (const [, name] of JSON.stringify(part).matchAll(/"#\/definitions\/(\w+)"/g)) {
    if (name in found) continue
    found[name] = withoutProfiles(definitions[name])
    referenced(found[name], found)
  }
  return found
}

function withoutProfiles(part) {
  if (typeof part !== 'object' || part === null) return part
  if (Array.isArray(part)) return part.map(withoutProfiles)
  const entries = Object.entries(part).filter(
    ([name, value]) => name !== 'patternProperties' || !(PROFILE in value)
  )
  return Object.fromEntries(entries.map(([name, value]) => [name, withoutProfiles(value)]))
}
