import { findBinding } from '../../../../src/destination/binding/binding.js'
import { boundServices } from '../../../../src/destination/binding/bound-services.js'
import { bindingOf } from '../../doctor/facts.js'

jest.mock('../../../../src/destination/binding/binding.js', () => ({ findBinding: jest.fn() }))

/** Lets bindings be found by label. */
function found(bindings: Record<string, ReturnType<typeof bindingOf>>): void {
  jest.mocked(findBinding).mockImplementation((label) => Promise.resolve(bindings[label]))
}

test('bindings have the label of their service, in the order of the way', async () => {
  found({ destination: bindingOf('Destination', {}), xsuaa: bindingOf('xsuaa', { clientid: 'c' }) })
  expect((await boundServices()).map(({ label }) => label)).toEqual(['xsuaa', 'destination'])
})

test('credentials of Identity Authentication at cds.requires.auth are those of no XSUAA', async () => {
  found({ xsuaa: bindingOf('auth', { clientid: 'c', domains: [] }) })
  expect((await boundServices()).map(({ label }) => label)).toEqual(['identity'])
  const own = bindingOf('own', { clientid: 'd', domains: [] })
  found({ xsuaa: bindingOf('auth', { clientid: 'c', domains: [] }), identity: own })
  expect(await boundServices()).toEqual([{ ...own, label: 'identity' }])
})
