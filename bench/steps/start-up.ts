import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Emulator } from '../../emulator/src/index.js'
import { summary } from '../support/measure.js'
import { ROOT } from '../support/places.js'
import type { Target } from '../support/targets.js'

const MODULES = join(ROOT, 'node_modules')

/** Milliseconds that `cds-serve` needs longer to listen, in production, than with CAP's own strategy `xsuaa`. */
export async function startUp(emulator: Emulator, rounds: number): Promise<Target[]> {
  const kinds = ['principal', 'xsuaa'] as const
  const folders = kinds.map((kind) => project(kind))
  const added: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      const ours = await untilListening(folders[0] ?? '', emulator)
      const stock = await untilListening(folders[1] ?? '', emulator)
      if (round) added.push(ours - stock) // the first one reads the files into memory
    }
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  }
  const { median: value } = summary(added)
  const sorted = [...added].sort((a, b) => a - b)
  const spread = ((sorted.at(-1) ?? NaN) - (sorted[0] ?? NaN)) / Math.abs(value)
  return [{ name: 'start-up added to cds-serve, ms', value, target: 40, met: value <= 40, spread }]
}

/** The smallest project that serves something. */
function project(kind: 'principal' | 'xsuaa'): string {
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-bench-'))
  install(join(folder, 'node_modules'))
  const dependencies = kind === 'principal' ? { 'cds-principal': '*' } : {}
  const manifest = { name: 'bench', dependencies, cds: { requires: { auth: { kind } } } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  mkdirSync(join(folder, 'srv'))
  writeFileSync(join(folder, 'srv/s.cds'), 'service S { function ping() returns String; }')
  return folder
}

/** What `npm add` brings: of this package only what is published. */
function install(modules: string): void {
  mkdirSync(modules)
  for (const name of readdirSync(MODULES)) {
    if (name !== 'cds-principal') symlinkSync(join(MODULES, name), join(modules, name))
  }
  const own = join(modules, 'cds-principal')
  mkdirSync(own)
  for (const name of ['dist', 'auth.js', 'cds-plugin.js', 'package.json']) {
    cpSync(join(ROOT, name), join(own, name), { recursive: true })
  }
}

async function untilListening(cwd: string, emulator: Emulator): Promise<number> {
  const { xsuaa } = emulator.vcapServices()
  const tags = ['xsuaa'] // as on BTP
  const bindings = { xsuaa: xsuaa.map((each) => ({ ...each, tags })) }
  const start = performance.now()
  const child = spawn(process.execPath, [join(MODULES, '@sap/cds/bin/serve.js')], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'production',
      PORT: '0',
      VCAP_SERVICES: JSON.stringify(bindings)
    },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const ended = once(child, 'exit')
  let output = ''
  const listening = new Promise<number>((done, fail) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes('server listening')) done(performance.now() - start)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void ended.then(() => {
      fail(new Error(`cds-serve has not started: ${output}`))
    })
  })
  const milliseconds = await listening
  child.kill()
  await ended
  return milliseconds
}
