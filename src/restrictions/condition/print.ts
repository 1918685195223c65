import type { Expression, Segment, Token } from './types.js'

/** A condition as text, for messages. @internal */
export function printCondition(tokens: readonly Token[]): string {
  return tokens.map(print).join(' ')
}

function print(token: Token): string {
  if (typeof token === 'string') return token
  const { ref, xpr, func, args, list, SELECT } = token
  if (ref) return ref.map(segment).join('.')
  if (xpr) return `(${printCondition(xpr)})`
  if (func) return `${func}(${printArguments(args ?? []).join(', ')})`
  if (list) return `(${list.map(print).join(', ')})`
  return SELECT ? '(select …)' : literal(token)
}

/** Arguments are a list, or named. */
function printArguments(args: readonly Token[]): string[] {
  if (Array.isArray(args)) return args.map(print)
  return Object.entries<Token>(args).map(([name, each]) => `${name} => ${print(each)}`)
}

function segment(part: Segment): string {
  if (typeof part === 'string') return part
  return part.where ? `${part.id}[${printCondition(part.where)}]` : part.id
}

function literal({ val }: Expression): string {
  return typeof val === 'string' ? `'${val.replaceAll("'", "''")}'` : String(val)
}
