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
