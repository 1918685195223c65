import { checkLibraryOptions } from '../../../../src/token/issuers/library-options.js'

const extension = { extendSecurityContext: () => Promise.resolve() }

test.each<[object, string, RegExp]>([
  [{ validation: { enabled: false } }, 'validation.enabled is false', /Remove it/],
  [{ xsuaaLegacyExtension: true }, 'xsuaaLegacyExtension is set', /iasToXsuaaTokenExchange/],
  [{ xsuaaLegacyExtension: {} }, 'xsuaaLegacyExtension is set', /policies \(AMS\)/],
  [{ context: { extensions: [extension] } }, 'context.extensions is set', /cds\.middlewares\.add/]
])('%j of @sap/xssec stops the start', (config, cause, fix) => {
  expect(() => {
    checkLibraryOptions(config)
  }).toThrow(
    expect.objectContaining({
      name: 'ConfigurationError',
      explanation: expect.objectContaining({
        cause: expect.stringContaining(`cds.requires.auth.config.${cause}`) as string,
        fix: expect.stringMatching(fix) as string
      }) as object
    })
  )
})

test.each<object>([
  {},
  { validation: null, context: null },
  { validation: { enabled: true, x5t: { enabled: true } }, context: {} },
  { validation: { enabled: undefined }, xsuaaLegacyExtension: false, context: { extensions: [] } }
])('%j is passed on', (config) => {
  expect(() => {
    checkLibraryOptions(config)
  }).not.toThrow()
})
