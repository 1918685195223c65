import { SAML, ValidateInResponseTo } from '@node-saml/node-saml'

import { credentials, send } from '../../../emulator/test/support/http.js'
import { FidelityLandscape } from './landscape.js'

const AUDIENCE = 'https://s4.example'
const RECIPIENT = 'https://s4.example/acs'

let landscape: FidelityLandscape
beforeAll(async () => {
  const saml = { URL: AUDIENCE, Authentication: 'SAMLAssertion', assertionRecipient: RECIPIENT }
  landscape = await FidelityLandscape.start({
    onPremise: {},
    destinations: {
      SAML: { ...saml, audience: AUDIENCE },
      OTHER: { ...saml, audience: 'https://other.example' }
    }
  })
})
afterAll(() => landscape.stop())

async function get(path: string, headers: Record<string, string> = {}) {
  const { emulator } = landscape
  const token = await emulator.issueToken({ client: 'destination' })
  const url = `${credentials(emulator, 'destination')['uri']}/destination-configuration/v1/${path}`
  return send(url, { ca: emulator.ca, headers: { authorization: `Bearer ${token}`, ...headers } })
}

/** The assertion of a destination for alice, as XML. */
async function assertionOf(name: string): Promise<string> {
  const user = await landscape.emulator.issueToken({ user: 'alice' })
  const { body } = await get(`destinations/${name}`, { 'x-user-token': user })
  return Buffer.from(body.authTokens[0].value, 'base64').toString()
}

/** Checks an assertion as a system does that trusts the subaccount. */
async function check(assertion: string) {
  const { text: idpCert } = await get('saml2Metadata/certificate')
  const system = new SAML({
    ...{ idpCert, issuer: AUDIENCE, audience: AUDIENCE, callbackUrl: RECIPIENT },
    ...{ wantAssertionsSigned: true, wantAuthnResponseSigned: false },
    validateInResponseTo: ValidateInResponseTo.never
  })
  // an assertion travels alone; the library reads it out of an answer of the log-on
  const response =
    '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0">' +
    '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>' +
    `${assertion}</samlp:Response>`
  const { profile } = await system.validatePostResponseAsync({
    SAMLResponse: Buffer.from(response).toString('base64')
  })
  return profile
}

test('an assertion of a destination names the user, and is accepted by the system that it is for', async () => {
  const profile = await check(await assertionOf('SAML'))
  expect(profile).toMatchObject({ nameID: 'alice', user_name: 'alice' })
  expect(profile?.issuer).toBe(`cfapps.localhost/${credentials(landscape.emulator)['tenantid']}`)
})

test('an assertion for another system is refused', async () => {
  await expect(check(await assertionOf('OTHER'))).rejects.toThrow(/audience/i)
})

test('an assertion that was changed is refused', async () => {
  const assertion = await assertionOf('SAML')
  await expect(check(assertion.replaceAll('alice', 'bob'))).rejects.toThrow(/signature/i)
})
