/** Token in a pasted text, and what was around it. */
export interface Pasted {
  readonly bearerToken: string
  /** Remarks for the developer about how the token was pasted. */
  readonly hints: readonly string[]
}

/** Ways of pasting a token with more around it, each with its remark. Every function returns what is inside, or nothing. */
const WRAPPINGS: readonly (readonly [
  hint: string,
  unwrap: (text: string) => string | undefined
])[] = [
  [
    'the text was a whole token response: send its "access_token" only',
    (text) => accessTokenIn(text)
  ],
  [
    'there were quotes around the token: leave them out',
    (text) => /^(["'`])([^]*)\1$/.exec(text)?.[2]
  ],
  [
    'the text was a whole header: only what stands behind "Bearer " is the token',
    (text) => /^(?:-H\s*)?(["']?)authorization\s*[:=]\s*(?:bearer\s+)?([^]*)\1$/i.exec(text)?.[2]
  ],
  [
    '"Bearer " is the scheme of the header and no part of the token',
    (text) => /^bearer\s+([^]*)$/i.exec(text)?.[1]
  ],
  [
    'there were blanks or line breaks inside of the token: a terminal has broken it',
    (text) =>
      /^eyJ[\w.+/=\s-]+$/.test(text) && /\s/.test(text) ? text.replaceAll(/\s/g, '') : undefined
  ]
]

/** Finds the token in what was pasted. @internal */
export function tokenIn(pasted: string): Pasted {
  const hints: string[] = []
  let text = pasted.trim()
  for (let isWrapped = true; isWrapped;) {
    isWrapped = false
    for (const [hint, unwrap] of WRAPPINGS) {
      const inside = unwrap(text)?.trim()
      if (inside === undefined || inside === text) continue
      text = inside
      hints.push(hint)
      isWrapped = true
    }
  }
  return { bearerToken: text, hints: [...new Set(hints)] }
}

function accessTokenIn(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const response = JSON.parse(text) as Readonly<Record<string, unknown>>
    const token = response['access_token'] ?? response['token'] ?? response['id_token']
    return typeof token === 'string' ? token : undefined
  } catch {
    return undefined
  }
}
