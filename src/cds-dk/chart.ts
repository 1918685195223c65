import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const OTHERS: Record<string, string | undefined> = { xsuaa: 'identity', identity: 'xsuaa' }
const BINDINGS = /^( *)bindings:\n(?:\1 .*\n)+/gm
const AUTH = /^( +)auth:\n((?:\1 .*\n)+)/m
const INSTANCE = /^ +serviceInstanceName: (\S+)\n/m
const PROXY = 'connectivity-proxy-info'
const PARAMETERS = /^( +)parameters:\n(?:\1 .*\n)+/m

/**
 * Separates XSUAA and Identity Authentication in the Helm chart of a project with both: the facets of `@sap/cds-dk` write both
 * into the binding `auth`, which then is of the first one, with the parameters of the other one.
 *
 * @param root - folder of the project
 */
export function separateInChart(root: string): void {
  const path = valuesIn(root)
  if (!existsSync(path)) return
  const before = readFileSync(path, 'utf8')
  const after = separateBindings(before)
  if (after !== before) writeFileSync(path, after)
}

const valuesIn = (root: string) => join(root, 'chart/values.yaml')

/**
 * True if the Helm chart has the volume of the Connectivity proxy. The facet `connectivity` would merge its sources one by one
 * with those that are there, and one source with two of them can't be mounted.
 *
 * @param root - folder of the project
 */
export function isProxyInChart(root: string): boolean {
  const path = valuesIn(root)
  return existsSync(path) && readFileSync(path, 'utf8').includes(PROXY)
}

/** Gives modules with a binding `auth` one of the other issuer as well, if the chart has an instance of it. */
export function separateBindings(values: string): string {
  return values.replace(BINDINGS, (bindings: string) => {
    const [auth = '', indent = '', body = ''] = AUTH.exec(bindings) ?? []
    const [line = '', instance = ''] = INSTANCE.exec(body) ?? []
    const other = OTHERS[instance]
    if (!other || !new RegExp(`^${other}:`, 'm').test(values)) return bindings
    const [parameters = ''] = PARAMETERS.exec(body) ?? []
    const moved = other === 'identity' ? parameters : ''
    if (other === 'identity' && !moved.includes('app-identifier:')) return bindings
    const isThere = bindings.includes(`serviceInstanceName: ${other}\n`)
    const added = isThere ? '' : `${indent}${other}:\n${line.replace(instance, other)}${moved}`
    return bindings.replace(auth, () => auth.replace(moved, '') + added)
  })
}

/**
 * Adds the content of `xs-security.json` to the instance of XSUAA, as
 * `helm --set-file xsuaa.jsonParameters=xs-security.json` does.
 *
 * @param values - content of `values.yaml`
 * @returns the new content, which is the old one without XSUAA or with parameters of its own; `undefined` if it can't be added
 */
export function withDescriptor(values: string, descriptor: string): string | undefined {
  const lines = values.split('\n')
  const start = lines.findIndex((line) => line.startsWith('xsuaa:')) + 1
  if (!start) return values
  const rest = lines.slice(start)
  const end = rest.findIndex((line) => /^[^\s#]/.test(line))
  const own = end < 0 ? rest : rest.slice(0, end)
  if (own.some((line) => /^ +jsonParameters:/.test(line))) return values
  const [indent] = own.flatMap((line) => /^ +(?=[^\s#])/.exec(line)?.[0] ?? [])
  if (!indent || !/^xsuaa:\s*(#.*)?$/.test(lines[start - 1] ?? '')) return undefined
  const added = `${indent}jsonParameters: ${JSON.stringify(descriptor)}`
  return [...lines.slice(0, start), added, ...rest].join('\n')
}
