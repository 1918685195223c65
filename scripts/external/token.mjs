// `npm run token:external <user>`: prints an access token of the external identity provider, and nothing else. It goes
// through the authorization code flow with PKCE (RFC 7636), as a program at a terminal does.
import { createHash, randomBytes } from 'node:crypto'
import process from 'node:process'
import { AUDIENCE, CLIENT } from './accounts.mjs'

const ISSUER = process.env.ISSUER ?? 'http://localhost:4011'

try {
  const [user] = process.argv.slice(2)
  if (!user) throw new Error('name a user: npm run token:external <user>')
  process.stdout.write(`${await tokenFor(user)}\n`)
} catch (error) {
  const isDown = error.message === 'fetch failed'
  const text = isDown ? `nobody answers at ${ISSUER}: npm run start:external` : error.message
  console.error(text.trim())
  process.exitCode = 1
}

async function tokenFor(user) {
  const verifier = randomBytes(32).toString('base64url')
  const code = await authorize({
    ...{ ...CLIENT, response_type: 'code', scope: 'openid api', resource: AUDIENCE },
    ...{ login_hint: user, code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url')
  })
  const grant = { grant_type: 'authorization_code', code, code_verifier: verifier }
  const body = new URLSearchParams({ ...CLIENT, ...grant, resource: AUDIENCE })
  const response = await fetch(`${ISSUER}/token`, { method: 'POST', body })
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()).access_token
}

// Follows redirects with cookies, until the client would get the code.
async function authorize(params) {
  const cookies = new Map()
  let url = new URL(`/auth?${new URLSearchParams(params)}`, ISSUER)
  while (url.origin === ISSUER) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (!location) throw new Error(await response.text())
    url = new URL(location, url)
  }
  const code = url.searchParams.get('code')
  if (code) return code
  throw new Error(url.searchParams.get('error_description') ?? 'the identity provider gave no code')
}
