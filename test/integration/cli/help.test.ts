import { execFileSync } from 'node:child_process'

import { processEnvironment } from '../../support/environment.js'

const help = (folder: string, words: string) =>
  execFileSync(process.execPath, [`${folder}dist/cli/main.js`, ...words.split(' '), '--help'], {
    env: processEnvironment(),
    encoding: 'utf8'
  })

test.each([
  ['', 'token', 'npx cds-principal token alice'],
  ['', 'job run', 'npx cds-principal job run /'],
  ['', 'emulator start', 'npx cds-principal emulator --exec'],
  ['', 'emulator mock', 'npx cds-principal emulator mock --edmx'],
  ['emulator/', 'token', 'npx cds-principal-emulator token alice'],
  ['emulator/', 'job run', 'npx cds-principal-emulator job run /'],
  ['emulator/', 'start', 'npx cds-principal-emulator --exec'],
  ['emulator/', 'mock', 'npx cds-principal-emulator mock --edmx']
])('%s %s --help: the example is what was typed', (folder, words, example) => {
  const text = help(folder, words)
  expect(text).toContain(example)
  expect(text).not.toContain('{program}')
})
