import { fork } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import { EmulatorError } from '../emulator-error.js'
import type { S4Options } from '../s4/protocol.js'
import type { OnPremiseSystem } from '../types.js'
import { BackendChild, childEnvironment, type BackendProcess } from './child.js'
import { serveModule } from './module-process.js'

/** A system of services from EDMX files. */
export type EdmxSystem = OnPremiseSystem & { edmx: NonNullable<OnPremiseSystem['edmx']> }

/** The compiled module of the process, also for sources that run uncompiled. */
const MODULE = join(__dirname, '../../dist/s4/main.js')

/**
 * Starts the mocked S/4HANA: a process with the services of EDMX files, and waits until it listens.
 *
 * @throws EmulatorError `ERR_EMULATOR_BACKEND`
 */
export async function startS4(
  root: string,
  virtualHost: string,
  system: EdmxSystem,
  certificates: LandscapeCertificates
): Promise<BackendProcess> {
  const options = optionsOf(root, virtualHost, system)
  const child = fork(MODULE, [], {
    cwd: root,
    env: childEnvironment(system.env),
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  return serveModule(new BackendChild(child, virtualHost), certificates, { system: options })
}

function optionsOf(root: string, virtualHost: string, system: EdmxSystem): S4Options {
  const { edmx, data, rules } = system
  const lines = typeof rules === 'string' ? [readRules(root, virtualHost, rules)] : rules
  if (data !== undefined && !existsSync(resolve(root, data))) {
    fail(virtualHost, `there is no folder ${data} for its data`)
  }
  return {
    root: resolve(root),
    edmx: edmx.map((each) => (typeof each === 'string' ? { file: each } : each)),
    ...(data !== undefined && { data }),
    ...(lines && { rules: lines })
  }
}

/** @param rules - a rule, which has a colon after its user, or the name of a file */
function readRules(root: string, virtualHost: string, rules: string): string {
  const file = resolve(root, rules)
  if (existsSync(file)) return readFileSync(file, 'utf8')
  if (/^\s*(#|[^\s:/\\]+\s*:)/.test(rules)) return rules
  return fail(virtualHost, `there is no file ${rules} with its rules`)
}

function fail(virtualHost: string, problem: string): never {
  throw new EmulatorError('ERR_EMULATOR_BACKEND', `backend of ${virtualHost}: ${problem}`)
}
