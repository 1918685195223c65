const quoted = (text) => `'${String(text).replaceAll("'", `'\\''`)}'`

/** Returns the parameters of the command that prints a token for the same principal; nothing for an anonymous request. */
function tokenCommand({ principal, user, issuer }) {
  const ias = issuer === 'ias' ? ' --issuer ias' : ''
  if (principal === 'named') return `npx cds-principal token ${quoted(user)}${ias}`
  if (principal === 'technical') return `npx cds-principal token --grant client_credentials${ias}`
  return undefined
}

/** Returns the lines that send a request like the recorded one. They have no token: the first one gets a new one. */
export function asCurl({ request }, server) {
  const command = tokenCommand(request)
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

/** Returns a test with the test kit that sends a request like the recorded one. */
export function asTest({ request }) {
  const { method, path, user, principal, status } = request
  const who = { named: `{ user: ${literal(user)} }`, technical: '{}' }[principal]
  const options = [
    `method: ${literal(method)}`,
    ...(who ? ['headers: { authorization: `Bearer ${token}` }'] : [])
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
    ...(who ? [`  const token = await emulator.issueToken(${who})`] : []),
    `  const answer = await fetch(app.url + ${literal(path)}, { ${options.join(', ')} })`,
    `  assert.equal(answer.status, ${Number(status ?? 200)})`,
    '})'
  ].join('\n')
}
