import type { Comparison, Condition, Expression, Operand, Token } from './types.js'
import { UnsafeCondition } from './unsafe.js'

const COMPARISONS = new Set(['=', '==', '!=', '<>', '<', '<=', '>', '>='])
/** Keywords that end an operand. */
const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'like', 'between', 'is', 'escape', 'exists'])

/**
 * Parses the token stream of a condition. Tokens come flat (`a = 1 or b = 2 and c = 3`); precedence is that of CQL: `not`
 * before `and` before `or`.
 *
 * @throws {@link UnsafeCondition} for a token stream that is no condition of CQL
 * @internal
 */
export function parseCondition(tokens: readonly Token[]): Condition {
  return new Parser(tokens).parse()
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Condition {
    const condition = this.#junction('or')
    if (this.#at < this.#tokens.length) throw unexpected(this.#tokens[this.#at])
    return condition
  }

  #junction(kind: 'and' | 'or'): Condition {
    const start = this.#at
    const next = () => (kind === 'or' ? this.#junction('and') : this.#negation())
    const parts = [next()]
    while (this.#accept(kind)) parts.push(next())
    return parts[0] && parts.length === 1
      ? parts[0]
      : { kind, parts, tokens: this.#tokens.slice(start, this.#at) }
  }

  #negation(): Condition {
    const start = this.#at
    if (!this.#accept('not')) return this.#predicate()
    const part = this.#negation()
    return { kind: 'not', part, tokens: this.#tokens.slice(start, this.#at) }
  }

  #predicate(): Condition {
    const start = this.#at
    if (this.#accept('exists')) {
      const target = this.#expression()
      return { kind: 'exists', target, tokens: this.#tokens.slice(start, this.#at) }
    }
    const value = this.#operand()
    const negated = this.#accept('not')
    const { condition, mayNegate } = this.#rest(value)
    if (!negated) return condition
    if (!mayNegate) throw unexpected('not')
    return { kind: 'not', part: condition, tokens: this.#tokens.slice(start, this.#at) }
  }

  /** Parses the tokens after the first operand and its `not`. */
  #rest(value: Operand): { condition: Condition; mayNegate?: boolean } {
    const start = this.#at
    const tokens = () => [...value, ...this.#tokens.slice(start, this.#at)]
    const operator = this.#keyword()
    if (operator && COMPARISONS.has(operator)) {
      this.#at++
      const right = this.#operand()
      const comparison = operator as Comparison
      return {
        condition: { kind: 'compare', operator: comparison, left: value, right, tokens: tokens() }
      }
    }
    if (this.#accept('in')) return { condition: this.#membership(value), mayNegate: true }
    if (this.#accept('like')) {
      const pattern = this.#operand()
      const escape = this.#accept('escape') ? this.#character() : undefined
      const condition = { kind: 'like' as const, value, pattern, escape, tokens: tokens() }
      return { condition, mayNegate: true }
    }
    if (this.#accept('between')) return { condition: this.#range(value), mayNegate: true }
    return { condition: this.#accept('is') ? this.#nullity(value) : group(value) }
  }

  /** `in` a list means: equal to one of it. An attribute stands for the list of its values. */
  #membership(value: Operand): Condition {
    const right = this.#expression()
    const tokens: Token[] = [...value, 'in', right]
    if (right.SELECT) return { kind: 'in', value, query: right, tokens }
    const equals = (item: Token): Condition => ({
      kind: 'compare',
      operator: '=',
      left: value,
      right: [item],
      tokens: [...value, '=', item]
    })
    if (!right.list) return { ...equals(right), tokens }
    return { kind: 'or', parts: right.list.map(equals), tokens }
  }

  #range(value: Operand): Condition {
    const low = this.#operand()
    if (!this.#accept('and')) throw unexpected('between')
    const high = this.#operand()
    const tokens = [...value, 'between', ...low, 'and', ...high]
    return { kind: 'between', value, low, high, tokens }
  }

  #nullity(value: Operand): Condition {
    const negated = this.#accept('not')
    const token = this.#tokens[this.#at++]
    if (token !== 'null' && (typeof token !== 'object' || token.val !== null))
      throw unexpected(token)
    const part: Condition = { kind: 'null', value, tokens: [...value, 'is', 'null'] }
    return negated ? { kind: 'not', part, tokens: [...value, 'is', 'not', 'null'] } : part
  }

  #operand(): Operand {
    const start = this.#at
    for (let cases = 0; this.#at < this.#tokens.length; this.#at++) {
      const word = this.#keyword()
      if (word === 'case') cases++
      else if (word === 'end') cases--
      else if (!cases && word && (KEYWORDS.has(word) || COMPARISONS.has(word))) break
    }
    if (start === this.#at) throw unexpected(this.#tokens[start])
    return this.#tokens.slice(start, this.#at)
  }

  #expression(): Expression {
    const token = this.#tokens[this.#at++]
    if (typeof token !== 'object') throw unexpected(token)
    return token
  }

  #character(): string {
    const { val } = this.#expression()
    if (typeof val !== 'string' || Array.from(val).length !== 1) throw unexpected('escape')
    return val
  }

  #keyword(): string | undefined {
    const token = this.#tokens[this.#at]
    return typeof token === 'string' ? token.toLowerCase() : undefined
  }

  #accept(keyword: string): boolean {
    if (this.#keyword() !== keyword) return false
    this.#at++
    return true
  }
}

/** An operand alone: a condition in parentheses, a function or a flag. */
function group(value: Operand): Condition {
  const [only, ...more] = value
  if (typeof only === 'object' && only.xpr && !more.length) {
    return { ...parseCondition(only.xpr), tokens: value }
  }
  return { kind: 'bare', value, tokens: value }
}

function unexpected(token: Token | undefined): UnsafeCondition {
  const text = typeof token === 'string' ? `"${token}"` : 'its operands'
  return new UnsafeCondition(
    `${text} is not understood together with $user`,
    'use comparisons, in, like, between, is null and exists, joined by and, or, not'
  )
}
