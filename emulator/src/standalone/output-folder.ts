import { createHash } from 'node:crypto'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync
} from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { EmulatorError } from '../emulator-error.js'
import { isRunning, startOf } from '../process/owners.js'

/** A file to write: its path in the folder, with `/`, and its content. */
export interface OutputFile {
  readonly path: string
  readonly content: string
}

/** The list of the files in the folder that are the landscape's own. */
interface Manifest {
  readonly pid: number
  /** Start of the process, where the system tells it. */
  readonly start?: string
  /** True if nobody else's files were in the folder. */
  readonly own: boolean
  /** SHA-256 of the contents by path. */
  readonly files: Readonly<Record<string, string>>
}

const MANIFEST = '.cds-principal-emulator.json'

/**
 * The folder with the files for applications: only this user can read them, and they are there as long as the landscape
 * is. Nobody else's file is ever replaced or removed.
 */
export class OutputFolder {
  readonly path: string
  #manifest: Manifest
  #isRemoved = false

  private constructor(path: string, own: boolean) {
    this.path = path
    this.#manifest = { pid: process.pid, ...startOfThis(), own, files: {} }
    write(join(path, MANIFEST), JSON.stringify(this.#manifest))
  }

  /**
   * Takes a folder, which is made if it is not there. What a killed process has left there is removed.
   *
   * @throws EmulatorError `ERR_EMULATOR_OPTIONS` if it is somebody else's, or that of a landscape that runs
   */
  static claim(path: string): OutputFolder {
    if (!lstatSync(path, { throwIfNoEntry: false })) {
      mkdirSync(path, { recursive: true, mode: 0o700 })
      return new OutputFolder(path, true)
    }
    assertOwnFolder(path)
    const former = readManifest(path)
    if (former && isRunning(former.pid, former.start)) {
      fail(path, `the landscape of process ${former.pid} uses it`)
    }
    const left = former ? removeFiles(path, former) : []
    if (left[0]) fail(path, `${left[0]} has changed since it was written: move it away`)
    const own = readdirSync(path).length === 0
    if (own) chmodSync(path, 0o700)
    return new OutputFolder(path, own)
  }

  /**
   * Writes the files. In a folder of its own, version control does not see them.
   *
   * @throws EmulatorError `ERR_EMULATOR_OPTIONS` if one of them is there already
   */
  write(files: readonly OutputFile[]): void {
    const { own } = this.#manifest
    const all = own ? [{ path: '.gitignore', content: '*\n' }, ...files] : files
    const present = all.find(({ path }) =>
      lstatSync(join(this.path, path), { throwIfNoEntry: false })
    )
    if (present) fail(this.path, `${present.path} is there, and is not one of the emulator's files`)
    // the list comes first: whatever happens from here on, the next start knows what may be removed
    const hashes = all.map(({ path, content }) => [path, hash(content)] as const)
    this.#manifest = { ...this.#manifest, files: Object.fromEntries(hashes) }
    unlinkSync(join(this.path, MANIFEST))
    write(join(this.path, MANIFEST), JSON.stringify(this.#manifest))
    for (const { path, content } of all) write(join(this.path, path), content)
  }

  /** Writes files of this folder again whose contents are other ones now. One that somebody has changed stays as it is. */
  update(files: readonly OutputFile[]): void {
    const { files: written } = this.#manifest
    const changed = files.filter(
      ({ path, content }) =>
        hash(content) !== written[path] && contentHash(this.path, path) === written[path]
    )
    if (this.#isRemoved || !changed.length) return
    for (const { path, content } of changed) replace(join(this.path, path), content)
    const hashes = changed.map(({ path, content }) => [path, hash(content)] as const)
    this.#manifest = { ...this.#manifest, files: { ...written, ...Object.fromEntries(hashes) } }
    replace(join(this.path, MANIFEST), JSON.stringify(this.#manifest))
  }

  /** Removes the files, and the folder if it is empty then. Returns those that somebody has changed, which stay. */
  remove(): string[] {
    if (this.#isRemoved) return []
    this.#isRemoved = true
    const left = removeFiles(this.path, this.#manifest)
    if (this.#manifest.own) removeIfEmpty(this.path)
    return left
  }
}

function assertOwnFolder(path: string): void {
  const stat = lstatSync(path)
  if (!stat.isDirectory()) fail(path, 'it is not a folder')
  const { uid } = userInfo()
  if (uid >= 0 && stat.uid !== uid) fail(path, 'it belongs to another user')
}

function readManifest(folder: string): Manifest | undefined {
  const unreadable = `${MANIFEST} in it cannot be read: remove this file`
  try {
    const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as Partial<Manifest>
    const { pid = 0, own = false, files } = manifest
    return files ? { ...manifest, pid, own, files } : fail(folder, unreadable)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof EmulatorError) throw error
    return fail(folder, unreadable)
  }
}

/** Removes what is as it was written; returns the paths of what is not. */
function removeFiles(folder: string, { files }: Manifest): string[] {
  const left: string[] = []
  const folders = new Set<string>()
  for (const [path, expected] of Object.entries(files)) {
    const found = contentHash(folder, path)
    if (found === undefined) continue
    if (found === expected) unlinkSync(join(folder, path))
    else left.push(path)
    if (path.includes('/')) folders.add(dirname(path))
  }
  for (const each of [...folders].sort((a, b) => b.length - a.length)) {
    for (let path = each; path !== '.'; path = dirname(path)) removeIfEmpty(join(folder, path))
  }
  if (!left.length) rmSync(join(folder, MANIFEST), { force: true })
  return left
}

/** Returns the hash of a file in the folder; `undefined` if there is none, or something else. */
function contentHash(folder: string, path: string): string | undefined {
  const file = join(folder, path)
  if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) return undefined
  const isInside = `${realpathSync(dirname(file))}${sep}`.startsWith(
    `${realpathSync(folder)}${sep}`
  )
  return isInside ? hash(readFileSync(file)) : undefined
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // somebody else's files are in it, or it is gone
  }
}

/** Writes a file that is not there yet; also a link of that name is not followed. */
function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
}

/** Replaces a file in one step: a reader sees the former content or the new one. */
function replace(file: string, content: string): void {
  const next = `${file}.next`
  rmSync(next, { force: true })
  write(next, content)
  renameSync(next, file)
}

const hash = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')

function startOfThis(): { start?: string } {
  const start = startOf(process.pid)
  return start === undefined ? {} : { start }
}

function fail(folder: string, problem: string): never {
  const text = `the folder ${folder} (--output) cannot be used: ${problem}`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}
