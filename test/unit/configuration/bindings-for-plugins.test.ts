import { showBindings } from '../../../src/configuration/bindings-for-plugins.js'
import type { AuthOptions } from '../../../src/options.js'

const xsuaa = { clientid: 'sb-x' } as never
const ias = { clientid: 'ias', domains: ['d'] } as never
const AUTH: AuthOptions = { kind: 'principal', credentials: xsuaa }

test('plugins that ask for cds.requires.xsuaa find the credentials', () => {
  const requires = {}
  showBindings({ ...AUTH }, requires, { xsuaa })
  expect(requires).toEqual({ xsuaa: { credentials: xsuaa } })
})

test('what the project has configured stays', () => {
  const other = { credentials: { clientid: 'other' } as never }
  const requires = { xsuaa: other }
  showBindings({ ...AUTH }, requires, { xsuaa })
  expect(requires).toEqual({ xsuaa: other })
})

test('@sap/ams gets the credentials of Identity Authentication, and nobody else does', () => {
  for (const [ams, credentials] of [
    [{}, ias],
    [undefined, xsuaa]
  ]) {
    const auth = { ...AUTH, ...(ams && { ams }) }
    showBindings(auth, {}, { xsuaa, ias })
    expect(auth.credentials).toBe(credentials)
  }
})
