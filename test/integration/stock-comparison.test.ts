import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Answer, client } from '../support/client.js'
import { startLandscape } from '../support/emulator.js'
import { tokenOf } from '../support/password-grant.js'
import { type Sample, SAMPLE, startSample } from '../support/sample.js'
import type { AuditEntry, Emulator } from '../../src/emulator/index.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const PROBE = '/odata/v4/probe'
const README = join(SAMPLE, 'README.md')

/** One row of the README's table: who sends what. */
interface Case {
  readonly title: string
  /** Nobody: a token of the application itself. */
  readonly user?: string
  readonly method: 'post' | 'patch'
  readonly path: string
  readonly data: object
}

/** Ids are the variant's own, so that both can run against one S/4. */
const cases = (prefix: string): Case[] => {
  const pump = `${prefix}-1`
  const change = {
    method: 'patch',
    path: `${EQUIPMENT}('${pump}')`,
    data: { name: 'changed' }
  } as const
  const probe = (name: string) =>
    ({ user: 'alice', method: 'post', path: `${PROBE}/${name}`, data: { id: pump, name } }) as const
  const data = { id: pump, name: 'Pump', plant: '1010', category: 'M' }
  return [
    { title: 'alice creates equipment', user: 'alice', method: 'post', path: EQUIPMENT, data },
    { title: 'bob changes it', user: 'bob', ...change },
    { title: 'a `client_credentials` token changes it', ...change },
    { title: "`cds.spawn` as privileged, from alice's request", ...probe('spawned') },
    { title: "`tx({ user: privileged })`, in alice's request", ...probe('privileged') },
    { title: 'no request at all', ...probe('withoutRequest') },
    {
      title: 'alice changes equipment of plant 1710',
      user: 'alice',
      ...change,
      path: `${EQUIPMENT}('217100001')`
    },
    { title: 'dave (Viewer) changes equipment', user: 'dave', ...change },
    { title: 'eve (no role) changes equipment', user: 'eve', ...change }
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

/** As whom S/4 was asked to change something. */
function changedAs(entries: AuditEntry[]): string {
  const users = entries
    .filter(({ method }) => method !== 'GET' && method !== 'HEAD')
    .map(({ user, subject }) =>
      user ? `**${user}**` : `nobody, refused by S/4 (${String(subject)})`
    )
  return [...new Set(users)].join(', ') || '–'
}

async function outcomes(sample: Sample, prefix: string): Promise<string[]> {
  const cells: string[] = []
  for (const { user, method, path, data } of cases(prefix)) {
    const caller = client(sample.url, `Bearer ${await tokenOf(emulator, user)}`)
    const before = (await audit()).length
    const { status, body } = await caller[method](path, data)
    caller.close()
    const changes = changedAs((await audit()).slice(before))
    cells.push([changes, reason(status, body)].filter(Boolean).join(', '))
  }
  return cells
}

/** An HTTP status, and the code or text that the request or the background work ended with. */
function reason(status: number, { error, code, name, message }: Answer['body']): string {
  const told = (error as { code?: string } | undefined)?.code ?? code
  const text = typeof told === 'string' && told.startsWith('ERR_') ? `\`${told}\`` : ''
  if (status >= 400) return `${String(status)} ${text}`.trim()
  return name === 'Error' ? `"${String(message)}"` : text
}

function table(stock: string[], principal: string[]): string {
  const rows = cases('').map(
    ({ title }, i) => `| ${title} | ${stock[i] ?? ''} | ${principal[i] ?? ''} |`
  )
  return [
    '| S/4 is called as … when | stock | with cds-principal |',
    '|---|---|---|',
    ...rows
  ].join('\n')
}

const BLOCK = /(<!-- stock-comparison -->\n)[\s\S]*?(\n<!-- \/stock-comparison -->)/

test('the table in the README is what happens', async () => {
  const [stock, principal] = samples as [Sample, Sample]
  const measured = table(await outcomes(stock, 'STOCK'), await outcomes(principal, 'PLUGIN'))
  const readme = readFileSync(README, 'utf8')
  const current = readme.replace(BLOCK, `$1<!-- prettier-ignore -->\n${measured}\n$2`)
  if (process.env.UPDATE_README) writeFileSync(README, current)
  expect(BLOCK.test(readme)).toBe(true)
  if (!process.env.UPDATE_README) expect(readme).toBe(current)
}, 60_000)
