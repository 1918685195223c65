import cds from '@sap/cds'
import { DestinationSelectionStrategies } from '@sap-cloud-sdk/connectivity'

import { closeConnections } from '../../../../src/remote/http/connections/connections.js'
import PrincipalRemoteService from '../../../../src/remote/service.js'
import {
  outboundService,
  subjectOf,
  type TargetedService,
  titleOf
} from '../../../../src/remote/policy/service-target.js'
import { Backend } from '../support/backend.js'
import { muteConsole } from '../../../support/console.js'

muteConsole('warn')

const Remote = PrincipalRemoteService as unknown as new (
  name: string | undefined,
  model: object,
  options: object
) => PrincipalRemoteService & { destination: unknown }
const CHAIN = {
  name: 'com.sap.sequentialUserPropagation',
  variables: { tokenTransformationDestinationName: 'TOKENS' }
} as const
const policy = { onBehalfOf: undefined, minTokenLifetime: 5 }

// refusals are written to it in the background, after the test
Reflect.deleteProperty(cds.env.requires, 'audit-log')

describe('a service without a name', () => {
  test.each<[string, object, RegExp]>([
    ['its URL', { url: 'https://a.example', forwardAuthToken: true }, /^"https:\/\/a\.example" is/],
    ['its destination', { destination: 'S4' }, /^"S4" is called on behalf of a named user/]
  ])('has %s in messages', async (_, credentials, message) => {
    const service = new Remote(
      undefined,
      {},
      { kind: 'rest', credentials, onBehalfOf: 'namedUser' }
    )
    await service.init()
    const call = cds.tx({ user: new cds.User.Anonymous() } as never, () =>
      service.send('GET', '/x')
    )
    await expect(call).rejects.toMatchObject({
      code: 'ERR_USER_TOKEN_REQUIRED',
      message: expect.stringMatching(message) as string
    })
  })

  test.each<[object, RegExp]>([
    [{ destination: 'S4' }, /cds\.requires\.S4\.onBehalfOf is "nobody"/],
    [{ url: 'https://a.example' }, /cds\.requires\.https:\/\/a\.example\.onBehalfOf is "nobody"/]
  ])('has it in configuration errors, too: %j', async (credentials, message) => {
    const options = { kind: 'rest', credentials, onBehalfOf: 'nobody' }
    await expect(new Remote(undefined, {}, options).init()).rejects.toThrow(message)
  })

  test('all that can name one', () => {
    expect(titleOf({ name: 'OWN', destination: 'S4' })).toBe('OWN')
    expect(titleOf({ name: undefined, destination: { destinationName: 'S4' } })).toBe('S4')
    expect(titleOf({ name: undefined, destination: { name: 'N', url: 'https://a' } })).toBe('N')
    expect(titleOf({ name: undefined })).toBe('a service without a name')
    expect(titleOf({ name: undefined, destination: {} })).toBe('a service without a name')
    expect(titleOf({ name: undefined, destination: { url: 'https://a' } })).toBe('https://a')
    expect(titleOf({ name: undefined }, { credentials: { url: 'https://a' } })).toBe('https://a')
  })
})

describe('what counts for the calls of a service', () => {
  const clients = ['sb-agent!t1']
  const destinationOptions = { useCache: false } as const
  const named = { destinationName: 'S4' }

  test.each<[unknown, unknown]>([
    ['S4', 'S4'],
    [{ url: 'https://a' }, { url: 'https://a' }],
    [undefined, {}]
  ])('is its own, with the destination %j', (destination, expected) => {
    const service = { ...policy, name: 'X', destination } as TargetedService
    expect(outboundService(service)).toStrictEqual({ ...policy, name: 'X', destination: expected })
    expect(outboundService({ ...service, clients, destinationOptions })).toStrictEqual({
      ...{ ...policy, name: 'X', destination: expected, clients, destinationOptions }
    })
  })

  test('are the clients that may act as the user, also with a destination by name', () => {
    const own = outboundService({ ...policy, name: 'X', clients, destination: named })
    expect(own.clients).toEqual(clients)
    expect(outboundService({ ...policy, name: 'X', destination: named })).not.toHaveProperty(
      'clients'
    )
  })

  test('is told in events by its names; a service without one has none', () => {
    const subject = (name: string, destination?: unknown) =>
      subjectOf({ ...policy, name, destination } as TargetedService)
    expect(subject('X', 'S4')).toEqual({ service: 'X', destination: 'S4' })
    expect(subject('X', named)).toEqual({ service: 'X', destination: 'S4' })
    expect(subject('PrincipalRemoteService', { url: 'https://a' })).toEqual({
      service: undefined,
      destination: 'https://a'
    })
    expect(subject('X')).toEqual({ service: 'X', destination: undefined })
  })
})

describe('a destination by name, as the SAP Cloud SDK takes it', () => {
  test('with fragments and a level', () => {
    const options = { fragmentName: ['one@instance', 'two'], level: 'subaccount' } as const
    const destination = { destinationName: 'S4', ...options }
    const own = outboundService({ ...policy, name: 'X', destination })
    expect(own).toMatchObject({ destination: 'S4', destinationOptions: options })
  })

  test.each([
    { iasToXsuaaTokenExchange: true },
    { iasToXsuaaTokenExchange: false },
    { refreshToken: 'of-the-user' },
    { useCache: false },
    { fragmentName: 'one' },
    { fragmentName: 'one', fragmentOptional: true },
    { level: 'provider_instance' },
    { chain: CHAIN },
    { actorToken: 'xsuaa' }
  ] as const)('with exactly the option that it has: %j', (options) => {
    const destination = { destinationName: 'S4', ...options }
    const own = outboundService({ ...policy, name: 'X', destination })
    expect(own.destinationOptions).toStrictEqual(options)
  })

  test('a selection strategy that is null is none', () => {
    const destination = { destinationName: 'S4', selectionStrategy: null }
    expect(outboundService({ ...policy, name: 'X', destination }).destinationOptions).toEqual({})
  })

  test('each problem names the destination', () => {
    const own = { destinationName: 'S4', level: 'instance' } as const
    const destinationOptions = { selectionStrategy: 'subscriberFirst' } as const
    const withBoth = { ...policy, name: 'X', destination: own, destinationOptions }
    expect(() => outboundService(withBoth)).toThrow(/^destination "S4"\.level says/)
    const destination = { destinationName: 'S4', selectionStrategy: 'none' }
    expect(() => outboundService({ ...policy, name: 'X', destination })).toThrow(
      'destination "S4" is none of alwaysProvider, alwaysSubscriber, subscriberFirst'
    )
  })

  test.each<[object, object, RegExp]>([
    [{ fragmentname: 'one' }, {}, /^destination "S4"\.fragmentname .* mean "fragmentName"\?/],
    [{ fragmentName: '' }, {}, /^destination "S4"\.fragmentName has to be a name/],
    [{ level: 'subaccount' }, { selectionStrategy: 'subscriberFirst' }, /leave "selectionStrategy"/]
  ])('%j besides %j is refused', (options, destinationOptions, message) => {
    const destination = { destinationName: 'S4', ...options }
    const service = { ...policy, name: 'X', destination, destinationOptions }
    expect(() => outboundService(service)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(message) as string
      })
    )
  })

  test.each(['alwaysProvider', 'alwaysSubscriber', 'subscriberFirst'] as const)(
    'with the selection strategy %s, by name or as the function',
    (selectionStrategy) => {
      for (const each of [selectionStrategy, DestinationSelectionStrategies[selectionStrategy]]) {
        const destination = { destinationName: 'S4', selectionStrategy: each, useCache: false }
        const own = outboundService({ ...policy, name: 'X', destination })
        expect(own).toMatchObject({
          destination: 'S4',
          destinationOptions: { selectionStrategy, useCache: false }
        })
      }
    }
  )

  test('a token, an issuer or another isolation that comes along has no effect', () => {
    const destination = {
      destinationName: 'S4',
      jwt: 'of-somebody',
      iss: 'x',
      isolationStrategy: 'tenant'
    }
    const own = outboundService({ ...policy, name: 'X', destination })
    expect(own).toEqual({ ...policy, name: 'X', destination: 'S4', destinationOptions: {} })
  })

  test('options of the service stay, and those of the destination come first', () => {
    const destinationOptions = { selectionStrategy: 'alwaysProvider', useCache: false } as const
    const destination = { destinationName: 'S4', selectionStrategy: 'alwaysSubscriber' }
    expect(
      outboundService({ ...policy, name: 'X', destination, destinationOptions })
    ).toMatchObject({
      destinationOptions: { selectionStrategy: 'alwaysSubscriber', useCache: false }
    })
  })

  test.each(['always', () => [], 7])('the selection strategy %p is none', (selectionStrategy) => {
    const destination = { destinationName: 'S4', selectionStrategy }
    expect(() => outboundService({ ...policy, name: 'X', destination })).toThrow(
      /selectionStrategy for destination "S4" is none of alwaysProvider/
    )
  })

  test('assigned to a service, it is where calls go', async () => {
    const backend = await Backend.start()
    process.env['destinations'] = JSON.stringify([{ name: 'LOCAL', url: backend.url }])
    const service = new Remote('S4', {}, { kind: 'rest', credentials: { destination: 'OTHER' } })
    try {
      await service.init()
      Object.assign(service, { destination: { destinationName: 'LOCAL' } })
      expect(subjectOf(service as never)).toMatchObject({ service: 'S4', destination: 'LOCAL' })
      await cds.tx({} as never, () => service.send('GET', '/x'))
      expect(backend.lines).toEqual(['GET /x'])
    } finally {
      delete process.env['destinations']
      closeConnections()
      await backend.stop()
    }
  })
})
