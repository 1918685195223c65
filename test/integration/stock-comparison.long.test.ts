import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Answer, client } from '../support/client.js'
import { startLandscape } from '../support/emulator.js'
import { tokenOf } from '../support/password-grant.js'
import { type Sample, SAMPLE, startSample } from '../support/sample.js'
import type { AuditEntry, Emulator } from '../../emulator/src/index.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const PROBE = '/odata/v4/probe'
const PAGE = join(SAMPLE, 'docs/comparison.md')

/** One row of the table: who sends what. */
interface Case {
  readonly title: string
  /** Nobody: a token of the application itself. */
  readonly user?: string
  /** The request has no token at all. */
  readonly anonymous?: boolean
  readonly method: 'get' | 'post' | 'patch'
  readonly path: string
  readonly data?: object
}

/** Equipment of plant 1710. */
const FOREIGN = `${EQUIPMENT}('217100001')`

/** Ids are the variant's own, so that both can run against one S/4. */
const cases = (prefix: string): Case[] => {
  const pump = `${prefix}-1`
  const changeOf = (path: string) => ({ method: 'patch', path, data: { name: 'changed' } }) as const
  const change = changeOf(`${EQUIPMENT}('${pump}')`)
  const post = { user: 'alice', method: 'post' } as const
  const probe = (name: string) =>
    ({ ...post, path: `${PROBE}/${name}`, data: { id: pump, name } }) as const
  const action = (name: string, data = {}) =>
    ({ ...post, path: `${FOREIGN}/MaintenanceService.${name}`, data }) as const
  const data = { id: pump, name: 'Pump', plant: '1010', category: 'M' }
  const foreign = { ...data, id: `${prefix}-2`, plant: '1710' }
  return [
    { title: 'alice creates equipment', ...post, path: EQUIPMENT, data },
    { title: 'bob changes it', user: 'bob', ...change },
    { title: 'a `client_credentials` token changes it', ...change },
    { title: 'carol (Supervisor) changes it', user: 'carol', ...change },
    { title: "`cds.spawn` as privileged, from alice's request", ...probe('spawned') },
    { title: "`tx({ user: privileged })`, in alice's request", ...probe('privileged') },
    { title: 'no request at all', ...probe('withoutRequest') },
    { title: 'alice reads equipment of plant 1710', user: 'alice', method: 'get', path: FOREIGN },
    { title: 'alice changes it', user: 'alice', ...changeOf(FOREIGN) },
    { title: 'alice installs it', ...action('install', { functionalLocation: '1010-CWS' }) },
    { title: 'alice dismantles it', ...action('dismantle') },
    { title: 'alice creates equipment in plant 1710', ...post, path: EQUIPMENT, data: foreign },
    { title: 'dave (Viewer) reads equipment', user: 'dave', method: 'get', path: EQUIPMENT },
    { title: 'dave changes equipment', user: 'dave', ...changeOf(FOREIGN) },
    { title: 'eve (no role) reads equipment', user: 'eve', method: 'get', path: EQUIPMENT },
    { title: 'eve changes equipment', user: 'eve', ...change },
    { title: 'without a token', anonymous: true, ...change }
  ]
}

let emulator: Emulator
const samples: Sample[] = []

beforeAll(async () => {
  emulator = await startLandscape()
  const extra = join(__dirname, 'probe')
  samples.push(
    ...(await Promise.all([
      startSample({ emulator, extra, plugin: false }),
      startSample({ emulator, extra })
    ]))
  )
})

afterAll(async () => {
  await Promise.all(samples.map((sample) => sample.stop()))
  await emulator.stop()
})

const audit = () => emulator.system('s4.internal:44300').audit()

/** As whom S/4 was called: to read, or to change something. */
function calledAs(entries: AuditEntry[], method: Case['method']): string {
  const isRead = (sent: string) => ['GET', 'HEAD'].includes(sent)
  const users = entries
    .filter((entry) => isRead(entry.method) === (method === 'get'))
    .map(({ user, subject }) =>
      user ? `**${user}**` : `nobody, refused by S/4 (${String(subject)})`
    )
  return [...new Set(users)].join(', ') || '–'
}

async function outcomes(sample: Sample, prefix: string): Promise<string[]> {
  const cells: string[] = []
  for (const { user, anonymous, method, path, data } of cases(prefix)) {
    const token = anonymous ? undefined : `Bearer ${await tokenOf(emulator, user)}`
    const caller = client(sample.url, token)
    const before = (await audit()).length
    const { status, body } = await caller[method](path, data ?? {})
    caller.close()
    const called = calledAs((await audit()).slice(before), method)
    cells.push([called, plantsIn(body), reason(status, body)].filter(Boolean).join(', '))
  }
  return [...cells, await interleaved(sample, prefix)]
}

/** Of which plants records were read. */
function plantsIn({ value }: Answer['body']): string {
  const plants = [...new Set(value?.map(({ plant }) => String(plant)))].sort()
  return plants.length ? `plant ${plants.join(', ')}` : ''
}

const INTERLEAVED = '100 interleaved creations by alice and bob'

/** Both at once, on connections that are kept: whom S/4 names in the record that each of them has created. */
async function interleaved(sample: Sample, prefix: string): Promise<string> {
  const users = await Promise.all(
    ['alice', 'bob'].map(async (name) => {
      const caller = client(sample.url, `Bearer ${await tokenOf(emulator, name)}`)
      return { name: name.toUpperCase(), caller }
    })
  )
  const record = { name: 'Pump', plant: '1010', category: 'M' }
  const creators = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      users.map(async ({ name, caller }) => {
        const id = `${prefix}-${name}-${String(i)}`
        const { body } = await caller.post(EQUIPMENT, { id, ...record })
        return body['createdBy'] === name
      })
    ).flat()
  )
  for (const { caller } of users) caller.close()
  const own = creators.filter(Boolean).length
  return own === 100 ? 'each as its own user' : `${String(100 - own)} not as their own user`
}

/** An HTTP status, and the code or text that the request or the background work ended with. */
function reason(status: number, { error, code, name, message }: Answer['body']): string {
  const told = (error as { code?: string } | undefined)?.code ?? code
  const text = typeof told === 'string' && told.startsWith('ERR_') ? `\`${told}\`` : ''
  if (status >= 400) return `${String(status)} ${text}`.trim()
  return name === 'Error' ? `"${String(message)}"` : text
}

function table(stock: string[], principal: string[]): string {
  const titles = [...cases('').map(({ title }) => title), INTERLEAVED]
  const rows = titles.map((title, i) => `| ${title} | ${stock[i] ?? ''} | ${principal[i] ?? ''} |`)
  return [
    '| S/4 is called as … when | stock | with cds-principal |',
    '|---|---|---|',
    ...rows
  ].join('\n')
}

const BLOCK = /(<!-- stock-comparison -->\n)[\s\S]*?(\n<!-- \/stock-comparison -->)/

test('the table in docs/comparison.md is what happens', async () => {
  const [stock, principal] = samples as [Sample, Sample]
  const measured = table(await outcomes(stock, 'STOCK'), await outcomes(principal, 'PLUGIN'))
  const page = readFileSync(PAGE, 'utf8')
  const current = page.replace(BLOCK, `$1<!-- prettier-ignore -->\n${measured}\n$2`)
  if (process.env.UPDATE_COMPARISON) writeFileSync(PAGE, current)
  expect(BLOCK.test(page)).toBe(true)
  if (!process.env.UPDATE_COMPARISON) expect(page).toBe(current)
}, 120_000)
