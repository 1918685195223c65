// Copies the documentation, without the decisions, into the package of the emulator, as it is packed: the plugin's has room for
// the pages that are needed in production.
import fs from 'node:fs'
import path from 'node:path'
import { withLock } from '../setup/lock.mjs'
import { inRoot } from '../setup/root.mjs'

const [DOCS, COPY] = [inRoot('docs'), inRoot('emulator/docs')]

// another process may be packing what is there already: files that are right stay
await withLock(() => {
  const pages = filesIn(DOCS).filter((file) => file.split(path.sep, 1)[0] !== 'decisions')
  for (const file of filesIn(COPY)) if (!pages.includes(file)) fs.rmSync(path.join(COPY, file))
  for (const page of pages) {
    const [content, copy] = [fs.readFileSync(path.join(DOCS, page)), path.join(COPY, page)]
    if (fs.existsSync(copy) && fs.readFileSync(copy).equals(content)) continue
    fs.mkdirSync(path.dirname(copy), { recursive: true })
    fs.writeFileSync(copy, content)
  }
})

/** Files in a folder and below, by their paths in it. */
function filesIn(folder) {
  if (!fs.existsSync(folder)) return []
  const paths = fs.readdirSync(folder, { recursive: true })
  return paths.filter((each) => fs.statSync(path.join(folder, each)).isFile())
}
