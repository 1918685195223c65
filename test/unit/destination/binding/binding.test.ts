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

function bind(clientid: string): void {
  const url = 'https://subaccount.authentication.example'
  const credentials = { clientid, clientsecret: 's', url, uri: 'https://destination.example' }
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
