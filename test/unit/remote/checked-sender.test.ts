import cds from '@sap/cds'

import { configureTargets } from '../../../src/delegation/targets.js'
import { checkedSender } from '../../../src/remote/checked-sender.js'
import { onPrincipalCall } from '../../../src/remote/evidence/call.js'
import type { PrincipalCall } from '../../../src/remote/evidence/principal-call.js'
import { muteConsole } from '../../support/console.js'

muteConsole('error', 'warn')
Reflect.deleteProperty(cds.env.requires, 'audit-log')

type Sender = Parameters<typeof checkedSender>[0]

const calls: PrincipalCall[] = []
let unsubscribe: () => void
beforeEach(() => {
  calls.length = 0
  unsubscribe = onPrincipalCall((call) => calls.push(call))
})
afterEach(() => {
  unsubscribe()
  configureTargets({})
})

const service = (onBehalfOf?: string, name = 'S4'): Sender =>
  Object.assign(new cds.Service(name), {
    onBehalfOf,
    minTokenLifetime: 5,
    destination: 'D'
  }) as Sender
const queued = (one: Sender) => cds.queued(one) as Sender
const request = () => new cds.Request({ event: 'x' })

test('a queued call as a named user is refused, and told', () => {
  expect(() => checkedSender(queued(service('namedUser')), request())).toThrow(
    expect.objectContaining({ code: 'ERR_QUEUED_NAMED_USER' })
  )
  expect(calls).toMatchObject([
    {
      ...{ service: 'S4', destination: 'D', onBehalfOf: 'namedUser' },
      ...{ outcome: 'refused', code: 'ERR_QUEUED_NAMED_USER' }
    }
  ])
})

test('a queued call that keeps its author is queued', () => {
  const S4 = { onBehalfOf: 'namedUser', delegation: { validFor: '2h' } }
  configureTargets({ S4 })
  const one = queued(service('namedUser'))
  expect(checkedSender(one, request())).toBe(one)
  expect(() => checkedSender(queued(service('namedUser', 'OTHER')), request())).toThrow(
    expect.objectContaining({ code: 'ERR_QUEUED_NAMED_USER' })
  )
})

test.each([undefined, 'currentUser', 'systemUser', 'systemUserProvider'])(
  'a queued call on behalf of %s is queued',
  (onBehalfOf) => {
    const one = queued(service(onBehalfOf))
    expect(checkedSender(one, request())).toBe(one)
    expect(calls).toEqual([])
  }
)

test('a direct call as a named user is sent by the service that is asked', () => {
  const one = service('namedUser')
  expect(checkedSender(one, request())).toBe(one)
})

test('a call that was queued for another service is sent by that one', () => {
  const [first, second] = [service('systemUser', 'first'), service('systemUser', 'second')]
  const req = request()
  checkedSender(queued(second), req)
  expect(checkedSender(first, req)).toBe(second)
})
