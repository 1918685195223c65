import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import { root } from './repository.js'

test('the package of the emulator has its pages, all examples, and the reference of its options', () => {
  const args = ['pack', '--dry-run', '--json', '--loglevel=error', '--foreground-scripts=false']
  const packed = execFileSync('npm', args, { cwd: path.join(root, 'emulator'), encoding: 'utf8' })
  const [{ files }] = JSON.parse(packed) as [{ files: { path: string }[] }]
  const pages = fs.readdirSync(path.join(root, 'docs/emulator')).map((page) => `emulator/${page}`)
  expect(files.map((file) => file.path)).toEqual(
    expect.arrayContaining(
      ['emulator.md', 'configuration.md', ...pages].map((page) => `docs/${page}`)
    )
  )
})
