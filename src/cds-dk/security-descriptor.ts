import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import cds from '@sap/cds'

import { cap } from '../cap.js'

interface RoleTemplate {
  name: string
  'attribute-references'?: (string | { name: string })[]
}

/** The part of `xs-security.json` that follows from the model. */
interface Descriptor {
  'role-templates'?: RoleTemplate[]
}

/** `cds.compile.to.xsuaa` of `@sap/cds-dk`. */
type CompileToXsuaa = (model: object, options: { base?: string }) => Descriptor

/**
 * Writes `xs-security.json`, or adds what the model asks for and the file does not have: scopes, attributes and role
 * templates. Nothing is removed from an existing file.
 *
 * @param root - folder of the project
 * @returns the reason why the model could not be read, if so
 * @internal
 */
export async function completeDescriptor(root: string): Promise<string | undefined> {
  const file = join(root, 'xs-security.json')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  try {
    const model = await cds.load(cds.env.folders.srv)
    const toXsuaa: CompileToXsuaa = cap.compile.to.xsuaa
    const generated = toXsuaa(model, {})
    const merged = text === undefined ? generated : toXsuaa(model, { base: text })
    completeAttributes(merged, generated)
    if (isDifferent(text, merged)) writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`)
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

/** The role template with the model's attributes has a fixed name, and must have those that came later as well. */
function completeAttributes(merged: Descriptor, generated: Descriptor): void {
  for (const { name, 'attribute-references': added = [] } of generated['role-templates'] ?? []) {
    const own = merged['role-templates']?.find((template) => template.name === name)
    if (!own || !added.length) continue
    const present = (own['attribute-references'] ??= [])
    const names = present.map((each) => (typeof each === 'string' ? each : each.name))
    present.push(...added.filter((each) => typeof each === 'string' && !names.includes(each)))
  }
}

const isDifferent = (text: string | undefined, descriptor: object) =>
  text === undefined || JSON.stringify(JSON.parse(text)) !== JSON.stringify(descriptor)
