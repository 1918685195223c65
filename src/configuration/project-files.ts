import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'

import { readYaml } from '../lib/yaml.js'

/** A setting at some place of the project's own configuration, in whatever profile. */
export interface Setting {
  readonly value: unknown
  /** File and path, for messages: `package.json, cds.requires.[production].auth`. */
  readonly place: string
  /** Profiles that it is for: all of them have to be active. */
  readonly profiles: readonly string[]
}

/** One source of configuration. */
interface Source {
  readonly name: string
  readonly content: unknown
}

/**
 * Finds a setting in all files of the project from which CAP reads configuration, and in the environment variable
 * `CDS_CONFIG`, also in profiles that are not active.
 *
 * @param path - such as `['requires', 'auth']`
 * @see https://cap.cloud.sap/docs/node.js/cds-env#sources-for-cds-env
 * @internal
 */
export function projectSettings(root: string, path: readonly string[]): Setting[] {
  return sourcesOf(root).flatMap(({ name, content }) => settingsAt(content, path, `${name}, cds`))
}

function settingsAt(
  value: unknown,
  [next, ...rest]: readonly string[],
  place: string,
  profiles: readonly string[] = []
): Setting[] {
  const found = next === undefined ? [{ value, place, profiles }] : []
  if (!isRecord(value)) return found
  const sections = Object.keys(value).flatMap((key) => {
    const [, profile] = /^\[(.+?)!?\]$/.exec(key) ?? []
    if (profile === undefined && key !== next) return []
    const remaining = profile === undefined ? rest : next === undefined ? [] : [next, ...rest]
    const more = profile === undefined ? [] : [profile]
    return settingsAt(value[key], remaining, `${place}.${key}`, [...profiles, ...more])
  })
  return [...found, ...sections]
}

/** Returns the sources in CAP's order: the last one wins. */
function sourcesOf(root: string): Source[] {
  const file = (name: string, read: (path: string) => unknown) => ({
    name,
    content: configurationIn(attempt(() => read(join(root, name))))
  })
  const manifest = attempt(() => readJson(join(root, 'package.json')))
  return [
    file('.cdsrc.yaml', readYaml),
    file('.cdsrc.json', readJson),
    file('.cdsrc.js', createRequire(join(root, 'package.json'))),
    { name: 'package.json', content: isRecord(manifest) ? manifest.cds : undefined },
    file('.cdsrc-private.json', readJson),
    { name: 'CDS_CONFIG', content: configurationIn(fromEnvironment(root)) }
  ]
}

/** Files of their own can leave out the level `cds`. */
function configurationIn(content: unknown): unknown {
  return isRecord(content) ? (content.cds ?? content) : undefined
}

function fromEnvironment(root: string): unknown {
  const { CDS_CONFIG: value } = process.env
  if (!value) return undefined
  const path = isAbsolute(value) ? value : join(root, value)
  return attempt(() => JSON.parse(value) as unknown) ?? attempt(() => readJson(path))
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Returns what `read` returns, or nothing if the file does not exist or cannot be read; CAP itself complains of the latter. */
function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
