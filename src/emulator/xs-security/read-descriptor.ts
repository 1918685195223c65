import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { EmulatorError } from '../emulator-error.js'
import type { SecurityDescriptor } from './descriptor.js'
import { parseDescriptor } from './parse-descriptor.js'

/**
 * The security descriptor of a project.
 *
 * @returns also the name of the application, which without xs-security.json is the folder's
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`
 */
export function readDescriptor(
  root: string,
  given: object | undefined
): { xsappname: string; descriptor: SecurityDescriptor | undefined } {
  const folder = basename(resolve(root)).replaceAll(/[^\w-]/g, '-') || 'application'
  const content = given ?? readJson(join(root, 'xs-security.json'))
  if (content === undefined) return { xsappname: folder, descriptor: undefined }
  const descriptor = parseDescriptor(content, folder)
  return { xsappname: descriptor.xsappname, descriptor }
}

function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new EmulatorError('ERR_EMULATOR_XS_SECURITY', 'xs-security.json cannot be read', {
      cause
    })
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : ''
    throw new EmulatorError('ERR_EMULATOR_XS_SECURITY', `xs-security.json is not JSON: ${reason}`, {
      cause
    })
  }
}
