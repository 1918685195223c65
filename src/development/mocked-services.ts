import cds from '@sap/cds'

/** What CAP tells plugins of its command line. */
interface CommandLine {
  readonly cli?: { readonly options?: { readonly mocked?: unknown; readonly service?: string } }
}

/**
 * Returns the imported services that this process mocks, as `cds mock <service>` does. A server with `--with-mocks` is none.
 *
 * @internal
 */
export function mockedServices(): string[] {
  const { mocked, service = 'all' } = (cds as unknown as CommandLine).cli?.options ?? {}
  return mocked && service !== 'all' ? service.split(/\s*,\s*/) : []
}
