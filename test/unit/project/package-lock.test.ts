import { readJson } from './repository.js'

interface Entry {
  resolved?: string
  optionalDependencies?: Record<string, string>
}
const packages = readJson('package-lock.json').packages as Record<string, Entry>

describe('package-lock.json', () => {
  test('names no registry', () => {
    const named = Object.values(packages).filter(({ resolved }) => resolved?.includes('://'))
    expect(named).toEqual([])
  })

  test('knows the packages of every platform, or npm ci refuses it', () => {
    const missing = Object.entries(packages).flatMap(([location, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !isLocked(location, name))
    )
    expect(missing).toEqual([])
  })

  test('follows package.json', () => {
    const { name, version, dependencies, devDependencies, peerDependencies } =
      readJson('package.json')
    expect(packages['']).toMatchObject({
      name,
      version,
      dependencies,
      devDependencies,
      peerDependencies
    })
  })
})

/** Whether a package at that location finds the other one, as Node looks for it. */
function isLocked(location: string, name: string): boolean {
  const folders = location.split(/\/?node_modules\//)
  return folders.some((_, depth) => {
    const above = folders
      .slice(1, folders.length - depth)
      .map((folder) => `node_modules/${folder}/`)
    return `${above.join('')}node_modules/${name}` in packages
  })
}
