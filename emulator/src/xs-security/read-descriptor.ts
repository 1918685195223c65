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
  given: object | string | undefined
): { xsappname: string; descriptor: SecurityDescriptor | undefined } {
  const folder = basename(resolve(root)).replaceAll(/[^\w-]/g, '-') || 'application'
  if (typeof given === 'string') return named(readFileOf('xsSecurity', root, given, folder))
  const content = given ?? readJson(join(root, 'xs-security.json'), 'xs-security.json')
  if (content === undefined) return { xsappname: folder, descriptor: undefined }
  return named(parseDescriptor(content, folder))
}

function named(descriptor: SecurityDescriptor) {
  return { xsappname: descriptor.xsappname, descriptor }
}

/**
 * The security descriptor of another application.
 *
 * @param name - of the application: its `xsappname`, where the descriptor has none
 * @param given - content, or path of the file relative to the project
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`
 */
export function readOtherDescriptor(
  root: string,
  name: string,
  given: object | string
): SecurityDescriptor {
  const option = `applications.${name}.xsSecurity`
  if (typeof given !== 'string') return parseDescriptor(given, name, option)
  return readFileOf(option, root, given, name)
}

function readFileOf(option: string, root: string, file: string, name: string): SecurityDescriptor {
  const content = readJson(resolve(root, file), file)
  if (content !== undefined) return parseDescriptor(content, name, file)
  throw new EmulatorError('ERR_EMULATOR_XS_SECURITY', `${option}: there is no file ${file}`)
}

function readJson(file: string, name: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new EmulatorError('ERR_EMULATOR_XS_SECURITY', `${name} cannot be read`, { cause })
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : ''
    throw new EmulatorError('ERR_EMULATOR_XS_SECURITY', `${name} is not JSON: ${reason}`, { cause })
  }
}
