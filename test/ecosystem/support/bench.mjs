import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'

import { environment, runOrThrow } from './processes.mjs'

const root = path.resolve(import.meta.dirname, '../../..')

/** Packages of CAP by the major version of `@sap/cds`. Plugins are what the registry has for it. */
const CAP = {
  10: [
    '@sap/cds@^10',
    '@sap/cds-dk@^10',
    '@cap-js/sqlite@^3',
    '@sap/cds-mtxs@^4',
    '@cap-js/cds-types@^0.18'
  ],
  9: [
    '@sap/cds@~9.9',
    '@sap/cds-dk@~9.9',
    '@cap-js/sqlite@^2.4',
    '@sap/cds-mtxs@^3',
    '@cap-js/cds-types@^0.16'
  ]
}
const TOOLS = [
  'express@^5',
  'tsx@^4',
  'typescript@^5',
  '@types/node@^24',
  '@cap-js/cds-test@^1',
  'vitest@^3',
  'jest@^30',
  'ts-jest@^29',
  '@types/jest@^30'
]

/** Plugins of others, which are installed as they are. */
export const PLUGINS = [
  '@cap-js/change-tracking',
  '@cap-js/audit-logging',
  '@cap-js/telemetry',
  '@cap-js/attachments',
  '@cap-js-community/odata-v2-adapter',
  '@cap-js-community/websocket',
  '@cap-js-community/event-queue',
  // 0.9 and 0.10 require a file that CAP 9.9 and 10 don't have any more: no application with them starts
  '@cap-js/graphql@^0.6',
  '@sap/cds-rfc@^2',
  '@sap/ams@^3.9',
  '@sap/ams-dev@^3'
]

/** Agents of both protocols, and what checks them. Agents with A2A 0.3 have a version of the SDK that only knows that. */
const AGENTS = [
  '@modelcontextprotocol/conformance@0.1.16',
  '@modelcontextprotocol/sdk@^1.32',
  '@modelcontextprotocol/client@^2',
  '@a2a-js/sdk@^1.3',
  'a2a-sdk-0.3@npm:@a2a-js/sdk@^0.3.14'
]

/** Packs the plugin and the emulator as they would be published. */
export function pack(folder) {
  return [root, path.join(root, 'emulator')].map((cwd) => {
    const args = ['pack', '--json', '--foreground-scripts=false', '--loglevel=error']
    const options = { cwd, env: environment(), encoding: 'utf8' }
    const output = execFileSync('npm', [...args, '--pack-destination', folder], options)
    return path.join(folder, JSON.parse(output)[0].filename)
  })
}

/**
 * A folder with the packages of one version of CAP, in which projects find them as in a workspace: what takes minutes is
 * installed once.
 */
export async function createBench(temporary, version, tarballs) {
  const folder = path.join(temporary, `cap${version}`)
  const isInstalled = fs.existsSync(path.join(folder, 'node_modules'))
  fs.mkdirSync(folder, { recursive: true })
  if (!isInstalled) fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  const packages = isInstalled
    ? tarballs
    : [...CAP[version], ...TOOLS, ...PLUGINS, ...AGENTS, ...tarballs]
  const quiet = [
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--prefer-offline',
    '--ignore-scripts'
  ]
  await runOrThrow('npm', ['install', ...quiet, ...packages], { cwd: folder, timeout: 420 })
  const bin = (name) => path.join(folder, 'node_modules', name)
  // the binary of this driver comes from elsewhere than the registry; without, CAP takes Node's own
  fs.rmSync(path.join(folder, 'node_modules/better-sqlite3'), { recursive: true, force: true })
  const { parse: load } = createRequire(path.join(folder, 'package.json'))('yaml')
  return {
    version,
    folder,
    yaml: { load },
    cds: [process.execPath, bin('@sap/cds-dk/bin/cds.js')],
    cdsServe: [process.execPath, bin('@sap/cds/bin/serve.js')],
    bin
  }
}
