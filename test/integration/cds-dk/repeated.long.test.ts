import fs from 'node:fs'

import { add, AGAIN, createProject, inProject, read, removeProject, yaml } from './project.js'

beforeEach(createProject)
afterEach(removeProject)

/** All files of the project by name; those of JSON and YAML parsed, with lists in one order. */
function written(): Record<string, unknown> {
  const names = fs.globSync('{*,{srv,chart,.deploy,.vscode}/**/*}', { cwd: inProject('.') })
  const files = names.filter((name) => fs.lstatSync(inProject(name)).isFile())
  const contentOf = (name: string) => (/\.(json|ya?ml)$/.test(name) ? yaml(name) : read(name))
  return Object.fromEntries(files.map((name) => [name, inOrder(contentOf(name))]))
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value))
    return value
      .map(inOrder)
      .map((each) => JSON.stringify(each))
      .toSorted()
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, inOrder(each)]))
}

test.each<[string, string[][]]>([
  ['mta.yaml', [['approuter'], ['mta'], ['html5-repo']]],
  ['a manifest', [['cf-manifest'], ['approuter']]],
  ['the chart', [['approuter'], ['kyma', '--y']]]
])('after all facets, cds add principal completes what they have written: %s', (_, facets) => {
  add('principal')
  add('ias')
  for (const args of facets) expect(add(...args)).toContain(AGAIN)
  expect(add('principal')).not.toContain(AGAIN)
  const inSteps = written()
  removeProject()
  createProject()
  const names = facets.map(([name]) => name)
  const options = facets.flatMap(([, ...rest]) => rest)
  add(['principal', 'ias', ...names].join(), ...options)
  expect(inSteps).toEqual(written())
})
