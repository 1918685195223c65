import { Buffer } from 'node:buffer'

/** Calls an application: JSON in, status and JSON out. */
export async function call(server, method, path, { user, token, body, headers } = {}) {
  const authorization = token
    ? `Bearer ${token}`
    : user && `Basic ${Buffer.from(`${user}:`).toString('base64')}`
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(authorization && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers
    },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
  const text = await response.text()
  return { status: response.status, body: parse(text), text }
}

function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Throws with the answer and the server's log, unless the condition holds. */
export function expect(condition, what, answer, server) {
  if (condition) return
  const log = server ? `\n--- log\n${server.output().slice(-3000)}` : ''
  throw new Error(`${what}\n--- got\n${JSON.stringify(answer, null, 2)}${log}`)
}

/** Waits until the server has printed it, for at most 30 seconds. */
export async function printed(server, pattern, what) {
  for (let i = 0; i < 300 && !pattern.test(server.output()); i++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(pattern.test(server.output()), what, undefined, server)
}

const EQUIPMENT = '/odata/v4/plant/Equipment'
let count = 0

/**
 * Creates and changes a record as alice, who has to be ALICE in the record of the remote system. Without credentials, nothing
 * happens.
 */
export async function aliceIsAlice(server, credentials) {
  const ID = `P-${++count}`
  const body = { ID, name: 'Pump', plant: '1010' }
  const anonymous = await call(server, 'POST', EQUIPMENT, { body })
  expect(anonymous.status === 401, 'a request without credentials gets 401', anonymous, server)
  const created = await call(server, 'POST', EQUIPMENT, { ...credentials, body })
  expect(created.status === 201, 'alice creates a record', created, server)
  const path = `${EQUIPMENT}('${ID}')`
  const changed = await call(server, 'PATCH', path, { ...credentials, body: { name: 'Pump 2' } })
  expect(changed.status === 200, 'alice changes her record', changed, server)
  const read = await call(server, 'GET', path, credentials)
  expect(
    read.body?.changedBy === 'ALICE',
    'the remote system says that ALICE has changed it',
    read,
    server
  )
}
