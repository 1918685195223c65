import type { Call, Request } from './call.js'
import type { MarkedCall } from './driver.js'
import { violations } from './judge.js'
import type { Entry } from './record.js'

const CALL: Call = {
  kind: 'rest',
  policy: 'namedUser',
  destination: 'PP',
  op: 'write',
  fault: 'none'
}
const REQUEST: Request = {
  caller: { user: 'u01', tenant: 'acme-id' },
  other: { user: 'u02', tenant: 'provider' },
  place: 'request',
  queue: 'persistent',
  parallel: true,
  calls: [CALL]
}
const ENTRY: Entry = {
  marker: 'MK1none',
  header: 'MK1none',
  method: 'POST',
  who: 'u01@acme-id',
  fetch: false,
  stolen: false,
  executed: true
}
const OK = { code: 'ok', answer: '["MK1none","u01@acme-id"]' }
const REQUIRED = { code: 'ERR_USER_TOKEN_REQUIRED' }

function judged(entries: Entry[], outcome = OK, place: Request['place'] = 'request') {
  const marked: MarkedCall = {
    marker: 'MK1none',
    call: CALL,
    request: { ...REQUEST, place },
    outage: false
  }
  return violations({ outcomes: new Map([[marked, outcome]]), entries, proxied: [] })
}

test('nothing to say where all is well', () => {
  expect(judged([{ ...ENTRY, fetch: true, executed: false }, ENTRY])).toEqual([])
  expect(judged([], REQUIRED as typeof OK, 'privileged')).toEqual([])
})

test.each<[string, Entry[], object?, Request['place']?]>([
  ['u02@acme-id in place of u01@acme-id', [{ ...ENTRY, who: 'u02@acme-id' }]],
  ['u01@globex-id in place of', [{ ...ENTRY, who: 'u01@globex-id' }]],
  ['system@acme-id in place of', [{ ...ENTRY, who: 'system@acme-id', executed: false }, ENTRY]],
  ['carried out 2 times', [ENTRY, ENTRY]],
  ['carried out 0 times', []],
  ['something was sent', [ENTRY], REQUIRED, 'anonymous'],
  ['the outcome is no ERR_USER_TOKEN_REQUIRED', [ENTRY], OK, 'privileged'],
  ['the outcome is no ok', [ENTRY], { code: 'ERR_REMOTE_CONNECTION_LOST' }],
  [
    'the answer is that to another call',
    [ENTRY],
    { code: 'ok', answer: '["MK1none","u02@acme-id"]' }
  ],
  ['the body of another call', [{ ...ENTRY, marker: 'MK2none' }]],
  ['the session of somebody else', [{ ...ENTRY, stolen: true }]],
  ['nobody has sent this', [ENTRY, { ...ENTRY, header: 'MK7none', marker: 'MK7none' }]]
])('the judge sees: %s', (words, entries, outcome = OK, place = 'request') => {
  expect(judged(entries, outcome as typeof OK, place).join()).toContain(words)
})

test('the judge sees a connection of two principals', () => {
  const proxied = ['a', 'b'].map((principal) => ({ marker: 'x', connection: 1, principal }))
  const found = violations({ outcomes: new Map(), entries: [], proxied })
  expect(found).toEqual(['connection 1 is shared: a and b'])
})
