import { X509Certificate } from 'node:crypto'
import { createAuthority } from '../../src/certificates/authority.js'
import { parseSubjectPattern } from '../../src/certificates/subject-pattern.js'
import { createPrincipals, resolveVariable } from '../../src/connectivity/principal.js'

/** The subject as OpenSSL reads it: one line for each part, in the order of the encoding. */
async function subjectOf(pattern: string, claims: Record<string, unknown>): Promise<string> {
  const authority = await createAuthority('CN=test')
  const principal = await createPrincipals(authority, parseSubjectPattern(pattern))(claims)
  return new X509Certificate(Buffer.from(principal.certificate, 'base64')).subject
}

const alice = {
  user_name: 'alice',
  email: 'alice@example.com',
  origin: 'sap.default',
  'xs.user.attributes': { plant: ['1010', '1710'], user_name: ['mallory'] }
}

describe('subject pattern', () => {
  it.each([
    ['CN=${name}', 'CN=alice'],
    // encoded in reverse, RFC 4514 section 2.1
    ['CN=${name},OU=Plant ${plant},O=ACME', 'O=ACME\nOU=Plant 1010\nCN=alice'],
    ['EMAIL=${mail}', 'emailAddress=alice@example.com'],
    ['CN=${email}, C=DE', 'C=DE\nCN=alice@example.com'],
    ['CN=${user_name}', 'CN=mallory'],
    ['CN=${cp.user_name}', 'CN=alice']
  ])('%s', async (pattern, subject) => {
    expect(await subjectOf(pattern, alice)).toBe(subject)
  })

  it.each([
    'x,O=admin',
    'x+O=admin',
    'x\nO=admin',
    'x\\,O=admin',
    '"x",O=admin',
    '#0c05616c696365',
    ' x ',
    'x;O=admin',
    '${email}',
    'CN=${name}',
    'x\0admin',
    'Jürgen Ω'
  ])('the name %j stays one value', async (user_name) => {
    const authority = await createAuthority('CN=test')
    const principals = createPrincipals(authority, parseSubjectPattern('CN=${name},O=ACME'))
    const { certificate } = await principals({ user_name })
    const { x509 } = await import('../../src/certificates/x509.js')
    const parsed = new x509.X509Certificate(Buffer.from(certificate, 'base64'))
    expect(parsed.subjectName.toJSON()).toEqual([{ O: ['ACME'] }, { CN: [user_name] }])
  })

  it.each(['', 'alice', 'FOO=${name}', 'CN=${name},FOO=x'])('%j is no subject', (pattern) => {
    expect(() => parseSubjectPattern(pattern)).toThrow(
      expect.objectContaining({ code: 'ERR_EMULATOR_OPTIONS' })
    )
  })

  it('refuses a value that is not there', async () => {
    await expect(subjectOf('CN=${country}', alice)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('no value for ${country}')
    })
  })
})

describe('variables', () => {
  const technical = { client_id: 'client', cid: 'cid', sub: 'sub', azp: 'azp' }

  it.each([
    ['name', { user_name: 'u', email: 'e', mail: 'm' }, 'u'],
    ['name', { origin: 'x', email: 'e', mail: 'm' }, 'e'],
    ['name', { origin: 'x', mail: 'm', user_uuid: 'id' }, 'm'],
    ['name', { origin: 'x', user_uuid: 'id', sub: 's' }, 'id'],
    ['name', { origin: 'x', sub: 's', client_id: 'c' }, 's'],
    ['name', technical, 'client'],
    ['name', { ...technical, client_id: undefined }, 'cid'],
    ['name', { ...technical, client_id: '', cid: 1 }, 'sub'],
    ['name', { azp: 'azp' }, 'azp'],
    ['user_type', technical, 'Technical'],
    ['user_type', alice, 'Business'],
    ['login_name', alice, 'alice'],
    ['display_name', { given_name: 'A', family_name: 'B' }, 'A B'],
    ['user_uuid', { user_id: 'id' }, 'id'],
    ['toString', alice, undefined],
    ['xs.user.attributes', alice, undefined]
  ])('${%s} of %j', (variable, claims, value) => {
    expect(resolveVariable(variable, claims)).toBe(value)
  })
})

describe('user certificates', () => {
  it('are kept per tenant and subject, and made once for a burst', async () => {
    const authority = await createAuthority('CN=test')
    const principals = createPrincipals(authority, parseSubjectPattern('CN=${name}'))
    const [first, second] = await Promise.all([principals(alice), principals({ ...alice })])
    expect(second).toBe(first)
    expect(await principals({ ...alice, zid: 'other' })).not.toBe(first)
    expect(await principals({ ...alice, user_name: 'bob' })).not.toBe(first)
  })

  it('are no authorities, and live an hour at most', async () => {
    const authority = await createAuthority('CN=test')
    const principals = createPrincipals(authority, parseSubjectPattern('CN=${name}'))
    const { certificate } = await principals(alice)
    const parsed = new X509Certificate(Buffer.from(certificate, 'base64'))
    const minutes = (parsed.validToDate.getTime() - Date.now()) / 60_000
    expect(parsed.ca).toBe(false)
    expect(parsed.verify(new X509Certificate(authority.cert).publicKey)).toBe(true)
    expect(minutes).toBeGreaterThan(58)
    expect(minutes).toBeLessThanOrEqual(60)
  })
})
