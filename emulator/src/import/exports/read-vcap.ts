import { asJson, type Json, parseFile } from './read-file.js'

/**
 * Reads the bindings of an exported environment: `VCAP_SERVICES` itself, `default-env.json`, the answer of
 * `cf curl /v3/apps/<guid>/env`, or what `cf env` prints.
 *
 * @returns the content of `VCAP_SERVICES`
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function readVcap(option: string, path: string): Json {
  return parseFile(option, path, (text) => {
    const content = asJson(
      /^\s*\{/.test(text) && isWhole(text) ? JSON.parse(text) : objectAfter(text, 'VCAP_SERVICES')
    )
    const { VCAP_SERVICES: own = asJson(content['system_env_json'])['VCAP_SERVICES'] } = content
    const services = own ?? content
    return asJson(typeof services === 'string' ? JSON.parse(services) : services)
  })
}

/** True if the text is one JSON value; older versions of `cf env` print two objects, one after the other. */
function isWhole(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Returns the JSON object after a name in a text with more in it. */
function objectAfter(text: string, name: string): unknown {
  const begin = text.indexOf('{', text.indexOf(name))
  let depth = 0
  for (const { 0: part, index } of text.slice(begin).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    depth += part === '{' ? 1 : part === '}' ? -1 : 0
    if (depth === 0) return JSON.parse(text.slice(begin, begin + index + 1))
  }
  throw new SyntaxError('no JSON object')
}
