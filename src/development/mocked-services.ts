import { cap } from '../cap.js'

/**
 * Returns the imported services that this process mocks, as `cds mock <service>` does. A server with `--with-mocks` is none.
 *
 * @internal
 */
export function mockedServices(): string[] {
  const { mocked, service = 'all' } = cap.cli?.options ?? {}
  return mocked && service !== 'all' ? service.split(/\s*,\s*/) : []
}
