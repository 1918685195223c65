import { cpSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { SAMPLE } from './sample.js'

const FILES = ['srv', 'db', '.cdsrc.json', 'package.json', 'xs-security.json', 'tsconfig.json']

/** The sample in a folder of its own: a landscape belongs to a folder. */
export function copyOfSample(): string {
  const root = mkdtempSync(join(tmpdir(), 'cds-principal-copy-'))
  for (const name of FILES) cpSync(join(SAMPLE, name), join(root, name), { recursive: true })
  symlinkSync(join(SAMPLE, 'node_modules'), join(root, 'node_modules'))
  return root
}
