import { AsyncLocalStorage } from 'node:async_hooks'

import { type Context, context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'

import { markSpan } from '../../../../src/remote/evidence/span.js'
import type { PrincipalCall } from '../../../../src/remote/evidence/principal-call.js'

const CALL: PrincipalCall = {
  service: 'S4',
  destination: 'S4_DESTINATION',
  authentication: 'PrincipalPropagation',
  onBehalfOf: undefined,
  user: 'alice',
  client: 'sb-agent!t1',
  actor: undefined,
  tenant: 't1',
  principal: 'named',
  outcome: 'ok',
  code: undefined,
  duration: 12.3,
  correlationId: 'c1',
  context: 'request',
  delegation: undefined
}

const storage = new AsyncLocalStorage<Context>()
beforeAll(() => {
  context.setGlobalContextManager({
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => storage.run(active, () => work.apply(self, args)),
    bind: (_, target) => target,
    enable: () => ({}) as never,
    disable: () => ({}) as never
  })
})
afterAll(() => {
  context.disable()
})

/** Runs `work` with an active span, and gives what was written to it. */
function traced(work: () => void, recording = true) {
  const attributes: object[] = []
  const events: [string, object][] = []
  const span = {
    isRecording: () => recording,
    setAttributes: (each: object) => attributes.push(each),
    addEvent: (name: string, each: object) => events.push([name, each])
  } as unknown as Span
  context.with(trace.setSpan(context.active(), span), work)
  return { attributes, events }
}

test('a call becomes an event and attributes of the active span', () => {
  const expected = {
    'principal.call.service': 'S4',
    'principal.call.destination': 'S4_DESTINATION',
    'principal.call.authentication': 'PrincipalPropagation',
    'principal.call.user': 'alice',
    'principal.call.client': 'sb-agent!t1',
    'principal.call.tenant': 't1',
    'principal.call.principal': 'named',
    'principal.call.outcome': 'ok',
    'principal.call.duration': 12.3,
    'principal.call.correlationId': 'c1',
    'principal.call.context': 'request'
  }
  const { attributes, events } = traced(() => {
    markSpan(CALL)
  })
  expect(attributes).toEqual([expected])
  expect(events).toEqual([['principal.call', expected]])
})

test('a span that is not recorded costs nothing', () => {
  const nothing = { attributes: [], events: [] }
  expect(
    traced(() => {
      markSpan(CALL)
    }, false)
  ).toEqual(nothing)
})

test('without a span nothing happens', () => {
  expect(() => {
    markSpan(CALL)
  }).not.toThrow()
})
