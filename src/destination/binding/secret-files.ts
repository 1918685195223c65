import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import type { Service } from '@sap-cloud-sdk/connectivity'

/** Files of a secret that describe the binding itself. */
const ABOUT = new Set(['type', 'provider', 'label', 'plan', 'tags'])

/**
 * Finds a binding in a folder of secrets as Kubernetes mounts them, one file for each property. The Cloud SDK reads those with
 * `.metadata` only; CAP reads the others as well.
 *
 * @param label - of the service offering, which is the content of the file `type`
 * @param root - `SERVICE_BINDING_ROOT`
 * @see https://servicebinding.io/spec/core/1.1.0/#workload-projection
 * @internal
 */
export function bindingInFiles(
  label: string,
  root = process.env.SERVICE_BINDING_ROOT
): Service | undefined {
  if (!root || !existsSync(root)) return undefined
  for (const name of foldersIn(root)) {
    const secret = filesIn(join(root, name))
    if (secret.get('type')?.trim() !== label) continue
    const credentials = Object.fromEntries([...secret].filter(([file]) => !ABOUT.has(file)))
    return { name, label, tags: [], credentials: credentials as Service['credentials'] }
  }
  return undefined
}

function foldersIn(root: string): string[] {
  return readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory())
}

/** Reads the files of a secret. Kubernetes mounts them as links, beside folders of its own. */
function filesIn(folder: string): Map<string, string> {
  const names = readdirSync(folder).filter(
    (name) => !name.startsWith('.') && statSync(join(folder, name)).isFile()
  )
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}
