import { outboundDestination } from '../../../../src/remote/outbound.js'
import { callPolicy } from '../../../../src/remote/policy/options.js'
import { user } from '../support/backend.js'

const IN_CLUSTER = [
  'http://my-dest',
  'http://my-dest.team-a',
  'http://my-dest.team-a:80/path',
  'http://my-dest.team-a.svc',
  'http://my-dest.team-a.svc.cluster.local'
]
const OUTSIDE = [
  'http://10.0.0.1',
  'http://10.1',
  'http://[fd00::1]',
  'http://my-dest.team-a.example.com',
  'http://my-dest.team-a.svc.example.com',
  'http://my-dest.team-a.svc.cluster.local.example.com',
  'http://evil.example.com/my-dest.team-a',
  'http://my-dest.team-a@evil.example.com'
]

const forwarded = (url: string, plainHttpWithinCluster?: unknown) =>
  outboundDestination(
    {
      name: 'TP',
      destination: { url, forwardAuthToken: true, plainHttpWithinCluster } as object,
      onBehalfOf: 'namedUser',
      minTokenLifetime: 0
    },
    user('alice', 'token-of-alice'),
    't1'
  )
const policy = (credentials: object) => () =>
  callPolicy('TP', {
    onBehalfOf: 'namedUser',
    credentials: { forwardAuthToken: true, ...credentials }
  })

describe("a user's token goes over plain http within the cluster", () => {
  test.each(IN_CLUSTER)('where the option says so: %s', async (url) => {
    expect(policy({ url, plainHttpWithinCluster: true })).not.toThrow()
    const { destination } = await forwarded(url, true)
    expect(destination.headers).toEqual({ authorization: 'Bearer token-of-alice' })
  })

  test.each<[unknown, string]>(
    [undefined, false, 'true', 1].flatMap((option) =>
      IN_CLUSTER.map((url): [unknown, string] => [option, url])
    )
  )('not with %j: %s', async (option, url) => {
    await expect(forwarded(url, option)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE'
    })
  })

  test.each(OUTSIDE)('never to %s', async (url) => {
    await expect(forwarded(url, true)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE'
    })
    expect(policy({ url, plainHttpWithinCluster: true })).toThrow(
      /plainHttpWithinCluster needs a "url" such as http:\/\/<name>\.<namespace>/
    )
  })

  test.each<[object, RegExp]>([
    [{ url: 'http://a.b', plainHttpWithinCluster: 'true' }, /is "true": use true or false/],
    [{ destination: 'S4', plainHttpWithinCluster: true }, /has no effect with a "destination"/],
    [{ url: 'https://a.b', plainHttpWithinCluster: true }, /needs a "url" such as http:/],
    [{ plainHttpWithinCluster: true }, /needs a "url" such as http:/]
  ])('%j stops the start', (credentials, message) => {
    expect(policy(credentials)).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(message) as string
      })
    )
  })
})
