import fs from 'node:fs'
import path from 'node:path'

import { Project } from './project.mjs'

const SAMPLE = path.resolve(import.meta.dirname, '../../..')
const FILES = ['srv', 'db', '.cdsrc.json', 'xs-security.json', 'tsconfig.json']

/** The sample of this repository as a project, with the packages of a bench. */
export function sampleIn(bench, name) {
  const project = new Project(bench, 'ts', name)
  project.remove()
  for (const file of FILES) {
    fs.cpSync(path.join(SAMPLE, file), project.path(file), { recursive: true })
  }
  const dependencies = { '@cap-js/sqlite': '*', 'cds-principal': '*' }
  project.write('package.json', JSON.stringify({ name: 'sample', dependencies, cds: {} }))
  return project
}

/** The landscape of the sample, with further destinations. */
export function landscapeOf(project, destinations = {}) {
  const { users, emulator } = JSON.parse(project.read('.cdsrc.json')).requires.auth['[development]']
  return { users, ...emulator, destinations: { ...emulator.destinations, ...destinations } }
}
