import { checkVersion } from '../../../src/delegation/install.js'

test.each(['9.9.3', '9.10.0', '8.9.1'])(
  '%s stops the start, and the option is named',
  (version) => {
    expect(() => {
      checkVersion('S4', version)
    }).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(
          /^cds\.requires\.S4\.delegation needs @sap\/cds 10 or newer, and this is [89]\./
        ) as unknown
      }) as Error
    )
  }
)

test.each(['10.0.0', '10.1.1', '11.0.0-rc.1'])('%s does', (version) => {
  expect(() => {
    checkVersion('S4', version)
  }).not.toThrow()
})
