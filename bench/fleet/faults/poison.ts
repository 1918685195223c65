import { randomBytes } from 'node:crypto'

import { createClient } from 'redis'

import type { Random } from '../random.js'

const PREFIX = 'cds-principal:*'

/** Entries that are changed at a time. */
const AT_ONCE = 30

const KEEP_END = { expiration: 'KEEPTTL' } as const

/** Changes entries of the shared cache, as somebody could who writes to Redis. Returns what was done. */
export async function poison(uri: string, random: Random): Promise<string> {
  return withRedis(uri, async (client) => {
    const entries = await entriesOf(client)
    if (entries.length < 2) return 'nothing to poison'
    const values = entries.map(([, value]) => value)
    for (let i = 0; i < AT_ONCE; i++) {
      const [key] = random.pick(entries)
      const moved = random.pick(values)
      const [form = '', id = '', data = ''] = moved.split('.')
      const noise = randomBytes(random.between(1, 200)).toString('base64url')
      const entry = random.pick([moved, noise, [form, id, noise].join('.'), `${moved}A`, data])
      await client.set(key, entry || 'x', KEEP_END)
    }
    return 'entries moved, cut and overwritten'
  })
}

/**
 * Moves each entry of the shared cache, as it is, to the place of another one that is as long, if possible: so it is of the same kind, but of
 * another user or tenant. Returns what was done.
 */
export async function swap(uri: string): Promise<string> {
  return withRedis(uri, async (client) => {
    const entries = await entriesOf(client)
    if (entries.length < 2) return 'nothing to swap'
    entries.sort(([, one], [, other]) => one.length - other.length)
    // pairs change places, and the last one of an odd number gets what was first in the last pair
    const moves = entries.map(([key], i) => {
      const [, value] = entries[i ^ 1] ?? entries[i - 1] ?? ['', '']
      return client.set(key, value, KEEP_END)
    })
    await Promise.all(moves)
    return `${String(entries.length)} entries changed places`
  })
}

/** All keys and values, as text. */
export async function dumpRedis(uri: string): Promise<string> {
  return withRedis(uri, async (client) => {
    const keys = await client.keys('*')
    const values = keys.length ? await client.mGet(keys) : []
    return [...keys, ...values].join('\n')
  })
}

type Client = ReturnType<typeof createClient>

async function entriesOf(client: Client): Promise<[key: string, value: string][]> {
  const keys = (await client.keys(PREFIX)).filter((key) => !key.endsWith(':lock'))
  const values = keys.length ? await client.mGet(keys) : []
  return keys.flatMap((key, i) => (values[i] ? [[key, values[i]]] : []))
}

async function withRedis<T>(uri: string, work: (client: Client) => Promise<T>): Promise<T> {
  const { password, host } = new URL(uri)
  const client = createClient({
    url: `redis://:${password}@${host}`,
    socket: { reconnectStrategy: false }
  })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client as never)
  } finally {
    client.destroy()
  }
}
