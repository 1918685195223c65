import { randomBytes } from 'node:crypto'

import { createClient } from 'redis'

import type { Random } from '../random.js'

const PREFIX = 'cds-principal:*'

/** Changes entries of the shared cache, as somebody could who writes to Redis. Returns what was done. */
export async function poison(uri: string, random: Random): Promise<string> {
  return withRedis(uri, async (client) => {
    const keys = (await client.keys(PREFIX)).filter((key) => !key.endsWith(':lock'))
    if (keys.length < 2) return 'nothing to poison'
    const values = await client.mGet(keys)
    const options = { expiration: { type: 'PX', value: 60_000 } } as const
    for (let i = 0; i < 10; i++) {
      const [to, from] = [random.below(keys.length), random.below(keys.length)]
      const key = keys[to] ?? ''
      const moved = values[from] ?? ''
      const [form = '', id = '', data = ''] = moved.split('.')
      const noise = randomBytes(random.between(1, 200)).toString('base64url')
      const entry = random.pick([moved, noise, [form, id, noise].join('.'), `${moved}A`, data])
      await client.set(key, entry || 'x', options)
    }
    return 'entries moved, cut and overwritten'
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

async function withRedis<T>(
  uri: string,
  work: (client: ReturnType<typeof createClient>) => Promise<T>
): Promise<T> {
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
