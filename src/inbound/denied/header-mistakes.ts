/** Mistake in an `Authorization` header: what is wrong, and the next step. Nothing of the header is in it. */
interface HeaderMistake {
  readonly cause: string
  readonly fix: string
}

const FORM = '"Authorization" header is not of the form "<scheme> <credentials>"'

/** Mistakes that are made again and again, the most specific one first. */
const MISTAKES: readonly [RegExp, string, string][] = [
  [
    /[{[]/,
    'it holds JSON, probably the whole token response',
    'Send only the value of "access_token", with nothing around it (jq -r .access_token).'
  ],
  [
    /["'`“”]/,
    'it has quotation marks',
    'Send "Bearer", a blank and the token without quotation marks (jq -r prints none).'
  ],
  [
    /^(bearer\s+){2,}/i,
    'it says "Bearer" twice',
    'One of the two comes from the client library or the tool: leave out the other.'
  ],
  [/^bearer\s*[:=]/i, 'there is a sign behind "Bearer"', 'Send "Bearer", a blank and the token.'],
  [
    /^bearer\s+\S*[$<%]/i,
    'it holds the name of a variable in place of its value',
    'Let the shell or the tool put the value in: single quotes keep a shell from it.'
  ],
  [
    /^(eyJ[\w-]*\.[\w-]+\.[\w-]*)\s*$/,
    'it holds a token without a scheme',
    'Put "Bearer" and a blank before the token.'
  ]
]

/** Returns what is wrong with a header that can't be read, without any part of it. @internal */
export function headerMistake(header: string): HeaderMistake {
  const found = MISTAKES.find(([pattern]) => pattern.test(header.trim()))
  const [
    ,
    detail,
    fix = 'Send one header "Authorization: Bearer <token>", with nothing behind it.'
  ] = found ?? []
  return { cause: detail ? `${FORM}: ${detail}` : FORM, fix }
}
