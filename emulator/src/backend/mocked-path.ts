import type { MockedService } from '../types.js'

/**
 * The path under which a mock serves what the real system has under another one: the service with the longest path
 * that the request starts with, and the rest of the request's path.
 *
 * @param served - path of a service in the mock, `undefined` if it does not serve it
 * @returns nothing when no service is there
 */
export function mockedPath(
  mocks: readonly MockedService[],
  path: string,
  served: (service: string) => string | undefined
): { path: string } | undefined {
  const mock = mockOf(mocks, path)
  const base = mock && served(mock.service)
  if (!mock || base === undefined) return undefined
  return { path: withoutSlash(base) + path.slice(withoutSlash(mock.path ?? '').length) }
}

/** The mocked service that a path of the real system belongs to. */
export function mockOf(mocks: readonly MockedService[], path: string): MockedService | undefined {
  const belongs = ({ path: base = '' }: MockedService) =>
    path === withoutSlash(base) || path.startsWith(`${withoutSlash(base)}/`)
  const [first] = mocks
    .filter(belongs)
    .sort((a, b) => (b.path ?? '').length - (a.path ?? '').length)
  return first
}

const withoutSlash = (path: string) => path.replace(/\/+$/, '')
