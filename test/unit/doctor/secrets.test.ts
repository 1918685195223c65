import { secretsOf } from '../../../src/doctor/secrets.js'

test('values of secret properties are found at any depth', () => {
  const found = secretsOf([
    { credentials: { clientsecret: 'secret-1', uaa: { key: 'secret-2' } } },
    { Password: 'secret-3', tokenServicePassword: 'secret-4' },
    { token: 'secret-5' }
  ])
  expect(found).toEqual(
    expect.arrayContaining(['secret-1', 'secret-2', 'secret-3', 'secret-4', 'secret-5'])
  )
})

test('addresses, names and ids are none', () => {
  expect(
    secretsOf({
      tokenServiceURL: 'https://t.example',
      token_service_domain: 'localhost:1234',
      KeyStoreLocation: 'client.pem',
      'credential-type': 'binding-secret',
      clientid: 'sb-plant!t1',
      xsappname: 'plant!t1'
    })
  ).toEqual([])
})
