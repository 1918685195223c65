// Writes what is packed and is not in git: types/ with one file of declarations, and the bundle of dist/.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { builtFrom } from './setup/build.mjs'
import { withLock } from './setup/lock.mjs'
import { inRoot } from './setup/root.mjs'
import { setup } from './setup.mjs'

const STAMP = inRoot('types/.built')

await setup()
// their packages may have been missing until now
const { bundle } = await import('./pack/bundle.mjs')
const { rollUpTypes } = await import('./pack/types.mjs')
await withLock(async () => {
  const stamp = packedFrom()
  const isPacked = fs.existsSync(STAMP) && fs.existsSync(inRoot('dist/rooms'))
  if (isPacked && fs.readFileSync(STAMP, 'utf8') === stamp) return
  fs.rmSync(inRoot('types'), { recursive: true, force: true })
  fs.mkdirSync(inRoot('types'))
  const { exports: entries, bin } = JSON.parse(fs.readFileSync(inRoot('package.json'), 'utf8'))
  const files = [...Object.values(entries).map(({ default: file }) => file), ...Object.values(bin)]
  await bundle(files.flatMap(moduleOf))
  await rollUpTypes(entries)
  fs.writeFileSync(STAMP, stamp)
})

/** The module in src/ that an entry point loads, without extension. */
function moduleOf(file) {
  if (!file) return [] // a JSON file
  const loaded = /require\('((?:\.\.?\/)+dist\/[^']+)'\)/.exec(
    fs.readFileSync(inRoot(file), 'utf8')
  )
  if (!loaded) throw new Error(`${file} loads no module of dist/`)
  return path.relative(inRoot('dist'), path.resolve(inRoot(path.dirname(file)), loaded[1]))
}

/** The sources of dist/, and the scripts that pack it, as a hash. */
function packedFrom() {
  const scripts = [
    'package.json',
    'scripts/prepack.mjs',
    'scripts/pack/bundle.mjs',
    'scripts/pack/types.mjs'
  ]
  const hash = createHash('sha256').update(builtFrom())
  for (const file of scripts) hash.update(fs.readFileSync(inRoot(file)))
  return hash.digest('hex')
}
