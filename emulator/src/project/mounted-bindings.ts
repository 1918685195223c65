import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { VcapServices } from '../types.js'
import { type BindingFile, bindingFiles } from './binding-files.js'

/**
 * Bindings in a folder, as Kubernetes mounts secrets: each file is a link through `..data` to a folder with one version of all
 * files, and one rename replaces all of them.
 *
 * @see Kubernetes, `pkg/volume/util/atomic_writer.go`
 */
export class MountedBindings {
  readonly #folder: string
  readonly #services: () => VcapServices
  /** Folders by the name of the binding, with the current version. */
  readonly #versions = new Map<string, string>()
  #count = 0

  /**
   * Writes the bindings.
   *
   * @param folder - value of `SERVICE_BINDING_ROOT`
   */
  constructor(folder: string, services: () => VcapServices) {
    this.#folder = folder
    this.#services = services
    this.update()
  }

  /** Replaces the files by the bindings as they are now. */
  update(): void {
    const version = `..v${String(++this.#count)}`
    const files = bindingFiles('', this.#services())
    const byBinding = Map.groupBy(files, ({ path }) => dirname(path))
    for (const [name, all] of byBinding) this.#mount(join(this.#folder, name), version, all)
  }

  /** Removes what was written. */
  remove(): void {
    for (const binding of this.#versions.keys()) rmSync(binding, { recursive: true, force: true })
    this.#versions.clear()
  }

  #mount(binding: string, version: string, files: readonly BindingFile[]): void {
    const former = this.#versions.get(binding)
    mkdirSync(join(binding, version), { recursive: true, mode: 0o700 })
    for (const { path, content } of files) {
      const name = path.slice(dirname(path).length + 1)
      writeFileSync(join(binding, version, name), content, { mode: 0o600 })
      if (former === undefined) symlinkSync(join('..data', name), join(binding, name))
    }
    symlinkSync(version, join(binding, '..data_tmp'))
    renameSync(join(binding, '..data_tmp'), join(binding, '..data'))
    this.#versions.set(binding, version)
    if (former !== undefined) rmSync(join(binding, former), { recursive: true })
  }
}
