import { findLibrary } from '../../src/s4/libraries.js'

test('a package that is not installed is named, with its purpose and the command that installs it', () => {
  expect(() => findLibrary('no-such-package-here', __dirname, 'services of OData V2')).toThrow(
    'services of OData V2 need the package "no-such-package-here": npm add --save-dev no-such-package-here'
  )
  expect(findLibrary('@sap/cds-dk', __dirname, 'services')).toContain('cds-dk')
})
