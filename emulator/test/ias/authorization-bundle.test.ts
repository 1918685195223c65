import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { type Emulator, startEmulator } from '../../src/index.js'

interface Credentials {
  readonly certificate: string
  readonly key: string
  readonly authorization_instance_id: string
  readonly authorization_bundle_url: string
}

let root: string
let emulator: Emulator
let credentials: Credentials
const dcn = () => join(root, 'gen/ams/dcn/shop')

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cds-principal-policies-'))
  const users = { alice: { policies: ['shop.Reader'] }, bob: {} }
  const identity = { authorization: { enabled: true } }
  emulator = await startEmulator({ root, users, identity })
  credentials = emulator.vcapServices().identity?.[0]?.credentials as unknown as Credentials
})
afterAll(async () => {
  await emulator.stop()
  rmSync(root, { recursive: true, force: true })
})

async function bundle(
  headers = {},
  { certificate: cert, key }: Partial<Credentials> = credentials
) {
  const { authorization_bundle_url: url, authorization_instance_id: id } = credentials
  const options = { headers, ca: emulator.ca, agent: false, ...(cert && key && { cert, key }) }
  const res = await new Promise<IncomingMessage>((done, fail) => {
    get(`${url}/${id}.dcn.tar.gz`, options, done).on('error', fail)
  })
  const chunks: Buffer[] = []
  for await (const chunk of res) chunks.push(chunk as Buffer)
  return { status: res.statusCode, etag: res.headers.etag, body: Buffer.concat(chunks) }
}

/** Files of a `ustar` archive, by name. */
function filesIn(archive: Buffer): Record<string, unknown> {
  const files: Record<string, unknown> = {}
  for (let at = 0; archive[at];) {
    const text = (from: number, to: number) =>
      archive.toString('utf8', at + from, at + to).replace(/\0.*$/, '')
    const size = parseInt(text(124, 136), 8)
    files[text(0, 100)] = JSON.parse(archive.toString('utf8', at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

test('policies that are not compiled yet are not there', async () => {
  expect(await bundle()).toMatchObject({ status: 404 })
})

test('the compiled policies, and those of each user; again only when they have changed', async () => {
  mkdirSync(dcn(), { recursive: true })
  writeFileSync(join(dcn(), 'policies.dcn'), JSON.stringify({ version: 1, policies: [{}] }))
  const { status, body, etag } = await bundle()
  expect(status).toBe(200)
  const { 'data.json': data, ...policies } = filesIn(gunzipSync(body))
  expect(policies).toEqual({ 'shop/policies.dcn': { version: 1, policies: [{}] } })
  const { principal2policies } = data as {
    principal2policies: Record<string, Record<string, string[]>>
  }
  const [byUser = {}] = Object.values(principal2policies)
  expect(Object.values(byUser)).toEqual([['shop.Reader'], []])
  expect(await bundle({ 'if-none-match': etag })).toMatchObject({ status: 304 })
  writeFileSync(join(dcn(), 'more.dcn'), JSON.stringify({ version: 1 }))
  expect(await bundle({ 'if-none-match': etag })).toMatchObject({ status: 200 })
})

test('only the bound application gets them, by its certificate', async () => {
  expect(await bundle({}, {})).toMatchObject({ status: 401 })
})

test('a secret is none for policies', async () => {
  const identity = { credentialType: 'SECRET' as const, authorization: { enabled: true } }
  await expect(startEmulator({ root, users: {}, identity })).rejects.toThrow(/X509_GENERATED/)
})

test('policies of a user are a list of texts', async () => {
  const users = { alice: { policies: 'shop.Reader' as never } }
  await expect(startEmulator({ root, users })).rejects.toThrow(/policies must be an array/)
})
