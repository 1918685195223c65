const quoted = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`

/**
 * Returns what a token for the same principal is asked for with; nothing for an anonymous request.
 *
 * @param provider - the tenant that a token is of which names none
 */
function tokenOptions({ principal, user, issuer, tenant }, provider) {
  if (principal !== 'named' && principal !== 'technical') return undefined
  return {
    ...(principal === 'named' && { user }),
    ...(issuer === 'ias' && { issuer }),
    ...(tenant && tenant !== provider && { tenant })
  }
}

/** Returns the command that prints a token; nothing if none is needed. */
function tokenCommand(options) {
  if (!options) return undefined
  const { user, issuer, tenant } = options
  return [
    'npx cds-principal token',
    user === undefined ? '--grant client_credentials' : quoted(user),
    issuer && `--issuer ${issuer}`,
    tenant && `--tenant ${quoted(tenant)}`
  ]
    .filter(Boolean)
    .join(' ')
}

/**
 * Returns the lines that send a request like the recorded one. They have no token: the first one gets a new one.
 *
 * @param provider - tenant of the provider
 */
export function asCurl({ request }, server, provider) {
  const command = tokenCommand(tokenOptions(request, provider))
  const hasBody = !['GET', 'HEAD', 'DELETE'].includes(request.method)
  const parts = [
    'curl -i',
    request.method === 'GET' ? undefined : `-X ${quoted(request.method)}`,
    command && '-H "Authorization: Bearer $TOKEN"',
    hasBody && "-H 'Content-Type: application/json' -d '{}'",
    quoted(`${server}${request.path}`)
  ]
  const call = parts.filter(Boolean).join(' ')
  return command ? `TOKEN=$(${command})\n${call}` : call
}

const literal = (text) =>
  `'${String(text).replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`

const object = (options) => {
  const members = Object.entries(options).map(([name, value]) => `${name}: ${literal(value)}`)
  return members.length ? `{ ${members.join(', ')} }` : '{}'
}

/** Returns a test with the test kit that sends a request like the recorded one. */
export function asTest({ request }, provider) {
  const { method, path, status } = request
  const token = tokenOptions(request, provider)
  const options = [
    `method: ${literal(method)}`,
    ...(token ? ['headers: { authorization: `Bearer ${token}` }'] : [])
  ]
  return [
    '// test/recorded.test.mjs, for: npm add -D @cap-js/cds-test, and node --test',
    "import assert from 'node:assert/strict'",
    "import { after, before, test } from 'node:test'",
    "import cds from '@sap/cds'",
    "import { startEmulator } from 'cds-principal/emulator'",
    '',
    'let emulator',
    'before(async () => (emulator = await startEmulator({ root: cds.root, bind: true })))',
    'after(() => emulator.stop())',
    'const app = cds.test(cds.root) // behind the emulator: the server needs its bindings',
    '',
    `test(${literal(`${method} ${path} is ${status ?? 'answered'}`)}, async () => {`,
    ...(token ? [`  const token = await emulator.issueToken(${object(token)})`] : []),
    `  const answer = await fetch(app.url + ${literal(path)}, { ${options.join(', ')} })`,
    `  assert.equal(answer.status, ${Number(status ?? 200)})`,
    '})'
  ].join('\n')
}
