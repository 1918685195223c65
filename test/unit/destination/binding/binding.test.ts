import {
  createAuthority,
  type TlsIdentity
} from '../../../../emulator/src/certificates/authority.js'
import { serviceBinding } from '../../../../src/destination/binding/binding.js'

const before = process.env['VCAP_SERVICES']
beforeEach(() => {
  jest.useFakeTimers({ now: 1_000_000, doNotFake: ['nextTick', 'setImmediate'] })
})
afterEach(() => {
  jest.useRealTimers()
  if (before === undefined) delete process.env['VCAP_SERVICES']
  else process.env['VCAP_SERVICES'] = before
})

function bind(clientid: string, secrets: object = { clientsecret: 's' }): void {
  const url = 'https://subaccount.authentication.example'
  const credentials = { clientid, ...secrets, url, uri: 'https://destination.example' }
  const destination = [{ name: 'd', label: 'destination', tags: [], credentials }]
  process.env['VCAP_SERVICES'] = JSON.stringify({ destination })
  jest.advanceTimersByTime(1)
}

const clientOf = async (label: string) => (await serviceBinding(label))?.credentials.clientid

test('bindings are read again when the environment has changed, and otherwise are the same object', async () => {
  bind('one')
  expect(await clientOf('destination')).toBe('one')
  expect(await serviceBinding('destination')).toBe(await serviceBinding('destination'))
  bind('two')
  expect(await clientOf('destination')).toBe('two')
  expect(await serviceBinding('connectivity')).toBeUndefined()
})

test('after a minute they are read again anyway: those in files can have been replaced', async () => {
  bind('three')
  const first = await serviceBinding('destination')
  jest.advanceTimersByTime(59_000)
  expect(await serviceBinding('destination')).toBe(first)
  jest.advanceTimersByTime(2_000)
  const second = await serviceBinding('destination')
  expect(second).not.toBe(first)
  expect(second).toEqual(first)
})

test('calls at the same time read them once', async () => {
  bind('four')
  const [first, ...others] = await Promise.all(
    Array.from({ length: 5 }, () => serviceBinding('destination'))
  )
  expect(first?.credentials.clientid).toBe('four')
  for (const other of others) expect(other).toBe(first)
})

test('a binding that could not be used is read again', async () => {
  jest.setSystemTime(2_000_000)
  bind('')
  await expect(serviceBinding('destination')).rejects.toThrow('has no "clientid"')
  await expect(serviceBinding('destination')).rejects.toThrow('has no "clientid"')
  process.env['VCAP_SERVICES'] = process.env['VCAP_SERVICES']?.replace('""', '"five"')
  expect(await clientOf('destination')).toBe('five')
})

describe('a certificate and its key that are replaced one after the other', () => {
  let issued: readonly TlsIdentity[]
  beforeAll(async () => {
    jest.useRealTimers()
    const authority = await createAuthority('CN=test')
    const issue = () =>
      authority.issue({ subject: [{ CN: ['app'] }], usage: 'client', validMs: 86_400_000 })
    issued = [await issue(), await issue()]
  })
  beforeEach(() => jest.setSystemTime(Date.now() + 1))

  const secretsOf = (certificate: number, key?: number) => ({
    certificate: issued[certificate]?.cert,
    ...(key !== undefined && { key: issued[key]?.key })
  })
  const seen = async () => {
    const { certificate, key } = (await serviceBinding('destination'))?.credentials as {
      certificate?: string
      key?: string
    }
    return [certificate, key].map((pem) =>
      issued.findIndex((each) => each.cert === pem || each.key === pem)
    )
  }

  test.each([
    ['with the key from before', () => secretsOf(1, 0)],
    ['without a key', () => secretsOf(1)]
  ])(
    '%s: the pair from before is used, and a second later they are read again',
    async (_, mixed) => {
      bind('six', secretsOf(0, 0))
      expect(await seen()).toEqual([0, 0])
      bind('six', mixed())
      expect(await seen()).toEqual([0, 0])
      const read = await serviceBinding('destination')
      bind('six', mixed())
      expect(await serviceBinding('destination')).toBe(read)
      jest.advanceTimersByTime(1_001)
      expect(await serviceBinding('destination')).toBe(read)
      bind('six', secretsOf(1, 1))
      expect(await seen()).toEqual([1, 1])
    }
  )

  test('with nothing before, they are what there is', async () => {
    bind('seven', secretsOf(0, 1))
    expect(await seen()).toEqual([0, 1])
    const read = await serviceBinding('destination')
    jest.advanceTimersByTime(1_001)
    expect(await serviceBinding('destination')).not.toBe(read)
  })

  test('the pair of another client is none', async () => {
    bind('eight', secretsOf(0, 0))
    expect(await seen()).toEqual([0, 0])
    bind('nine', secretsOf(0, 1))
    expect(await seen()).toEqual([0, 1])
  })
})
