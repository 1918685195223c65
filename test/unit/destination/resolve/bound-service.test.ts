import { boundDestination } from '../../../../src/destination/resolve/bound-service.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import { Landscape } from '../support/landscape.js'

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({})
})
afterAll(() => landscape.stop())

test.each(['technical', 'named'])(
  'the token of a %s user is kept, until a fresh one is wanted',
  async (kind) => {
    const uaa = { ...credentials(landscape.emulator) } as never
    const service = { name: 'REUSE', url: 'https://reuse.example', uaa }
    const principal =
      kind === 'named'
        ? await landscape.user('alice')
        : ({ kind: 'technical', origin: 'privileged', tenant: undefined } as const)
    const token = async (fresh = false) => {
      const { authTokens } = await boundDestination(service, principal, undefined, fresh)
      return authTokens![0]!.value
    }
    const first = await token()
    expect(await token()).toBe(first)
    const fresh = await token(true)
    expect(fresh).not.toBe(first)
    expect(await token()).toBe(fresh)
  }
)

test('an exchange that is refused again and again is asked for each time, and blocks no other user', async () => {
  const uaa = { ...credentials(landscape.emulator) } as never
  const service = { name: 'REUSE', url: 'https://reuse.example', uaa }
  const expired = await landscape.user('eve', { expiresIn: -60 })
  for (let i = 0; i < 12; i++) {
    await expect(boundDestination(service, expired, undefined)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringMatching(/\(40[01], \w+\)/) as string
    })
  }
  const { authTokens } = await boundDestination(service, await landscape.user('alice'), undefined)
  expect(claimsOf(authTokens![0]!.value)).toMatchObject({ user_name: 'alice' })
})

test('a token of a user goes over plain http within the cluster only', async () => {
  const uaa = { ...credentials(landscape.emulator) } as never
  const alice = await landscape.user('alice')
  const to = (url: string, changes: object = { plainHttpWithinCluster: true }) =>
    boundDestination({ name: 'REUSE', url, uaa, ...changes }, alice, undefined)
  await expect(to('http://reuse.team-a')).resolves.toMatchObject({ url: 'http://reuse.team-a' })
  for (const other of [() => to('http://reuse.team-a', {}), () => to('http://reuse.example.com')]) {
    await expect(other()).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringContaining('over http; use https') as string
    })
  }
})
