import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { describeWith, startForPrograms, type ForPrograms } from './runtime.js'

/** Prints three answers, one a line; credentials are encoded as RFC 6749 wants it. */
const SOURCE = `
import base64, json, os, urllib.parse, urllib.request

quoted = [urllib.parse.quote(os.environ[name], safe="") for name in ("ID", "SECRET")]
basic = "Basic " + base64.b64encode(":".join(quoted).encode()).decode()

def call(path, form=None, authorization=basic):
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(os.environ["URL"] + path, data, {"Authorization": authorization})
    with urllib.request.urlopen(request) as response:
        return json.load(response)

print(json.dumps(call("/oauth/token?grant_type=client_credentials")))
user = call("/oauth/token", {"grant_type": "password", "username": "bob", "password": "builder"})
print(json.dumps(user))
print(json.dumps(call("/userinfo", None, "Bearer " + user["access_token"])))
`

describeWith('python3', () => {
  let xsuaa: ForPrograms
  beforeAll(async () => (xsuaa = await startForPrograms()))
  afterAll(() => xsuaa.stop())

  test('urllib: GET, a form, and /userinfo, with encoded credentials', async () => {
    writeFileSync(join(xsuaa.folder, 'tokens.py'), SOURCE)
    const output = await xsuaa.run('python3', ['tokens.py'], { SSL_CERT_FILE: 'ca.pem' })
    const [technical, user, info] = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(claimsOf(technical.access_token).grant_type).toBe('client_credentials')
    expect(claimsOf(user.id_token)).toMatchObject({ user_name: 'bob' })
    expect(info).toMatchObject({ user_name: 'bob', name: 'Bob Example' })
  })
})
