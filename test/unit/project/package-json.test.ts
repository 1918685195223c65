import { builtinModules } from 'node:module'

import ts from 'typescript'

import { filesIn, read, readJson } from './repository.js'

const manifest = readJson('package.json')

describe('package.json', () => {
  test("its cds section holds the plugin's defaults only: it reaches every consumer", () => {
    expect(Object.keys(manifest.cds)).toEqual(['requires'])
    expect(Object.keys(manifest.cds.requires)).toEqual(['kinds'])
    expect(JSON.stringify(manifest.cds)).not.toMatch(/"(users|credentials|emulator|\[\w+\])"/)
  })

  test('the kinds resolve to modules that the package exports', () => {
    const kinds: Record<string, { impl?: string }> = manifest.cds.requires.kinds
    const impls = Object.values(kinds).flatMap(({ impl }) => impl ?? []) // "identity" is only bound
    expect(impls.length).toBeGreaterThan(5)
    for (const impl of impls)
      expect(manifest.exports).toHaveProperty([impl.replace('cds-principal', '.')])
  })

  test('CAP finds cds-plugin.js, beside package.json', () => {
    expect(manifest.exports['./cds-plugin'].default).toBe('./cds-plugin.js')
    expect(manifest.files).toContain('cds-plugin.js')
  })

  test('publishes nothing of the sample', () => {
    for (const file of manifest.files as string[]) expect(file).not.toMatch(/^\.|^(srv|db|test)\b/)
  })

  test('tests load the plugin as a consumer does: it is its own dependency', () => {
    expect(manifest.devDependencies['cds-principal']).toBe('file:')
  })

  test('names every package that a file of this repository imports', () => {
    const { dependencies, devDependencies, peerDependencies } = manifest
    const named = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies })
    const known = new Set([...named, ...builtinModules])
    expect(importedPackages(FOLDERS).filter((name) => !known.has(name))).toEqual([])
  })

  test('the emulator names every package that it imports', () => {
    const { dependencies, peerDependencies } = readJson('emulator/package.json')
    const known = new Set([
      ...Object.keys({ ...dependencies, ...peerDependencies }),
      ...builtinModules
    ])
    expect(importedPackages(['emulator/src']).filter((name) => !known.has(name))).toEqual([])
  })

  test('one file of the plugin loads the emulator, and types are all that others see of it', () => {
    const loading = filesIn('src', /\.ts$/).filter((file) =>
      read(file)
        .replaceAll(/^(import|export) type [^]*?'$/gm, '')
        .replaceAll(/typeof import\('[^']+'\)/g, '')
        .replaceAll(/\/\*[^]*?\*\//g, '')
        .includes('cds-principal-emulator')
    )
    expect(loading).toEqual([
      'src/cds-dk/facet.ts', // the name, for package.json
      'src/development/attached.ts', // a symbol
      'src/development/door.ts'
    ])
  })

  test('no configuration of npm names a registry', () => {
    expect(read('.npmrc')).not.toMatch(/registry\s*=|_auth/i)
  })
})

const FOLDERS = ['bench', 'examples', 'scripts', 'src', 'srv', 'test']

/** Returns the names of the packages that the files of some folders import or require, each once. */
function importedPackages(folders: readonly string[]): string[] {
  const files = folders.flatMap((folder) => filesIn(folder, /(?<!\.d)\.[cm]?[jt]s$/))
  const modules = files.flatMap((file) =>
    ts.preProcessFile(read(file), true, true).importedFiles.map(({ fileName }) => fileName)
  )
  const packages = modules
    .filter((name) => !/^(\.|\/|node:)/.test(name))
    .map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)
  return [...new Set(packages)]
}
