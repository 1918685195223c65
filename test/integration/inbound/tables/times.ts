import { ACCEPTED, bearer, type Case, INVALID_TOKEN } from '../support/case.js'
import { now, userClaims } from '../support/claims.js'
import { header, jws } from '../support/jws.js'
import { shown, withClaims } from '../support/rows.js'
import type { TestXsuaa } from '../support/test-xsuaa.js'

/** Seconds from now, or any value. */
const at = (offset: number) => () => now() + offset

const EXPIRED: unknown[] = [at(-61), at(-3600), at(-100_000_000), 1, 0, -1, -1e10]
const NO_TIME: unknown[] = [
  '',
  '9999999999',
  () => String(now() + 600),
  () => [now() + 600],
  {},
  [],
  true,
  false,
  null,
  'x'
]

const value = (each: unknown) => (typeof each === 'function' ? (each as () => unknown)() : each)

const times: Case[] = [
  ...EXPIRED.map((exp, i) =>
    withClaims('lifetime', `exp over (${i})`, () => ({ exp: value(exp) }))
  ),
  ...NO_TIME.map((exp) =>
    withClaims('lifetime', `exp ${shown(value(exp))}`, () => ({ exp: value(exp) }))
  ),
  withClaims('lifetime', 'no exp', { exp: undefined }),
  withClaims('lifetime', 'exp in milliseconds', () => ({ exp: Date.now() + 600_000 })),
  withClaims('lifetime', 'exp in eight days', () => ({ exp: now() + 8 * 86_400 })),
  withClaims('lifetime', 'exp in ten years', () => ({ exp: now() + 3650 * 86_400 })),
  withClaims('lifetime', 'exp MAX_SAFE_INTEGER', { exp: Number.MAX_SAFE_INTEGER }),
  withClaims('lifetime', 'exp 1e300', { exp: 1e300 }),
  ...NO_TIME.filter((nbf) => nbf !== null).map((nbf) =>
    withClaims('lifetime', `nbf ${shown(value(nbf))}`, () => ({ nbf: value(nbf) }))
  ),
  ...[61, 120, 3600, 1e9].map((seconds) =>
    withClaims('lifetime', `nbf ${seconds} s ahead`, () => ({ nbf: now() + seconds + 5 }))
  ),
  withClaims('lifetime', 'nbf in milliseconds', () => ({ nbf: Date.now() })),
  withClaims('lifetime', 'nbf 1e300', { nbf: 1e300 }),
  withClaims('lifetime', 'over for 50 s', () => ({ exp: now() - 50 }), ACCEPTED),
  withClaims('lifetime', 'starts in 50 s', () => ({ nbf: now() + 50 }), ACCEPTED),
  withClaims('lifetime', 'exp with a fraction', () => ({ exp: now() + 600.5 }), ACCEPTED),
  ...['1e400', '-1e400', '1E999'].map((exp) => ({
    id: 'lifetime',
    name: `exp ${exp}`,
    request: (xsuaa: TestXsuaa) => {
      const text = JSON.stringify(userClaims(xsuaa, { exp: 1 })).replace('"exp":1', `"exp":${exp}`)
      return bearer(jws(header(), text))
    },
    expected: INVALID_TOKEN
  }))
]

/** When a token is good. */
export const lifetime: Case[] = [...times]
