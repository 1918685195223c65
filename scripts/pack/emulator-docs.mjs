// Copies the pages about the landscape into the package of the emulator, as it is packed.
import fs from 'node:fs'
import { inRoot } from '../setup/root.mjs'

const PAGES = ['emulator', 'emulator.md', 'configuration.md']

fs.rmSync(inRoot('emulator/docs'), { recursive: true, force: true })
for (const page of PAGES) {
  fs.cpSync(inRoot('docs', page), inRoot('emulator/docs', page), { recursive: true })
}
