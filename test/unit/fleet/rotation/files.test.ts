import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  type Authority,
  createAuthority,
  type TlsIdentity
} from '../../../../emulator/src/certificates/authority.js'
import {
  type BoundCredentials,
  readReplaced,
  sourcesOf
} from '../../../../src/fleet/rotation/files.js'

let authority: Authority
let root: string
let folder: string
let version = 0

const issue = (): Promise<TlsIdentity> =>
  authority.issue({ subject: [{ CN: ['app'] }], usage: 'client', validMs: 60_000 })

/** Replaces the files as Kubernetes does: a new folder, and the link `..data` is moved to it. */
function mount(files: Record<string, string>): void {
  const name = `..version-${String(++version)}`
  mkdirSync(join(folder, name))
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(folder, name, file), text)
    if (version === 1) symlinkSync(join('..data', file), join(folder, file))
  }
  symlinkSync(name, join(folder, '..new'))
  renameSync(join(folder, '..new'), join(folder, '..data'))
}

beforeAll(async () => {
  authority = await createAuthority('CN=test')
})

beforeEach(() => {
  version = 0
  root = mkdtempSync(join(tmpdir(), 'cds-principal-secrets-'))
  folder = join(root, 'my-xsuaa')
  mkdirSync(folder)
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

async function started() {
  const { cert: certificate, key } = await issue()
  mount({ clientid: 'sb-app', certificate, key })
  const credentials: BoundCredentials = { clientid: 'sb-app', certificate, key }
  const bound = new Map([['auth', credentials]])
  return { bound, credentials, sources: sourcesOf(bound, root) }
}

test('a certificate and its key that were replaced are in the same credentials afterwards', async () => {
  const { bound, credentials, sources } = await started()
  expect(readReplaced(bound, sources)).toEqual([])
  const { cert: certificate, key } = await issue()
  mount({ clientid: 'sb-app', certificate, key })
  expect(readReplaced(bound, sources)).toEqual(['auth'])
  expect(credentials).toEqual({ clientid: 'sb-app', certificate, key })
  expect(readReplaced(bound, sources)).toEqual([])
})

test('a certificate without its key, or of another client, is not taken', async () => {
  const { bound, credentials, sources } = await started()
  const before = { ...credentials }
  const [one, other] = [await issue(), await issue()]
  mount({ clientid: 'sb-app', certificate: one.cert, key: other.key })
  expect(readReplaced(bound, sources)).toEqual([])
  mount({ clientid: 'sb-other', certificate: one.cert, key: one.key })
  expect(readReplaced(bound, sources)).toEqual([])
  mount({ clientid: 'sb-app' })
  expect(readReplaced(bound, sources)).toEqual([])
  expect(credentials).toEqual(before)
})

test('a certificate that was read with the key from before gets its own key, also with two bindings of the client', async () => {
  const { credentials } = await started()
  const { key: before } = credentials
  const { cert: certificate, key } = await issue()
  mount({ clientid: 'sb-app', certificate, key })
  const other = join(root, 'my-other')
  mkdirSync(other)
  writeFileSync(join(other, 'clientid'), 'sb-app')
  const halfway: BoundCredentials = { clientid: 'sb-app', certificate, key: before as string }
  const bound = new Map([['auth', halfway]])
  expect(readReplaced(bound, sourcesOf(bound, root))).toEqual(['auth'])
  expect(halfway).toEqual({ clientid: 'sb-app', certificate, key })
})

test('credentials of the environment have no files', async () => {
  const { bound } = await started()
  bound.set('other', { clientid: 'sb-other', clientsecret: 'x' })
  expect([...sourcesOf(bound, root).keys()]).toEqual(['auth'])
  expect(sourcesOf(bound, undefined).size).toBe(0)
})

test('files that were replaced while the process started are found, unless two are of the client', async () => {
  const { bound, credentials } = await started()
  const { cert: certificate, key } = await issue()
  mount({ clientid: 'sb-app', certificate, key })
  const sources = sourcesOf(bound, root)
  expect([...sources.keys()]).toEqual(['auth'])
  expect(readReplaced(bound, sources)).toEqual(['auth'])
  expect(credentials).toEqual({ clientid: 'sb-app', certificate, key })

  const other = join(root, 'my-other')
  mkdirSync(other)
  writeFileSync(join(other, 'clientid'), 'sb-app')
  expect([...sourcesOf(bound, root).values()]).toEqual([{ folder, isNested: false }])
  bound.set('auth', { clientid: 'sb-app', clientsecret: 'x' })
  expect(sourcesOf(bound, root).size).toBe(0)
})

describe('credentials of a reuse service are in the property "uaa"', () => {
  const uaaOf = ({ cert: certificate, key }: TlsIdentity) => ({
    clientid: 'sb-reuse',
    certificate,
    key
  })
  const write = (uaa: object) => {
    mount({ url: 'https://reuse.example', uaa: JSON.stringify(uaa) })
  }

  test('which is one file', async () => {
    const uaa: BoundCredentials = uaaOf(await issue())
    write(uaa)
    const bound = new Map([['REUSE.credentials.uaa', uaa]])
    const sources = sourcesOf(bound, root)
    expect(readReplaced(bound, sources)).toEqual([])
    const replaced = uaaOf(await issue())
    write(replaced)
    expect(readReplaced(bound, sources)).toEqual(['REUSE.credentials.uaa'])
    expect(uaa).toEqual(replaced)
    writeFileSync(join(folder, '..data', 'uaa'), '{"clientid":"sb-re')
    expect(readReplaced(bound, sources)).toEqual([])
  })

  test('also in a folder of an instance in that of the service, which CAP reads as well', async () => {
    folder = join(folder, 'instance')
    mkdirSync(folder)
    const uaa = uaaOf(await issue())
    write(uaa)
    expect([...sourcesOf(new Map([['REUSE', uaa]]), root).values()]).toEqual([
      { folder, isNested: true }
    ])
  })
})

describe('all credentials can be in one file, as in the chart that CAP creates for Kyma', () => {
  const write = (content: object | string) => {
    const container = { name: 'credentials', format: 'json', container: true }
    mount({
      type: 'xsuaa',
      credentials: typeof content === 'string' ? content : JSON.stringify(content),
      '.metadata': JSON.stringify({
        metaDataProperties: [{ name: 'type', format: 'text' }],
        credentialProperties: [container]
      })
    })
  }

  test.each(['directly', 'in "uaa"'])('%s', async (place) => {
    const isNested = place !== 'directly'
    const issued = async () => {
      const { cert: certificate, key } = await issue()
      return { clientid: 'sb-app', certificate, key }
    }
    const contentOf = (own: object) =>
      isNested ? { url: 'https://reuse.example', uaa: own } : { ...own, xsappname: 'app' }
    const own: BoundCredentials = await issued()
    write(contentOf(own))
    const bound = new Map([['auth', own]])
    const sources = sourcesOf(bound, root)
    expect([...sources.values()]).toEqual([{ folder, isNested }])
    expect(readReplaced(bound, sources)).toEqual([])
    const replaced = await issued()
    write(contentOf(replaced))
    expect(readReplaced(bound, sources)).toEqual(['auth'])
    expect(own).toEqual(replaced)
    write('{"clientid":"sb-a')
    expect(readReplaced(bound, sources)).toEqual([])
  })
})
