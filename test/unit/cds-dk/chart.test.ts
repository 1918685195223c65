import { createRequire } from 'node:module'

import { withDescriptor } from '../../../src/cds-dk/chart.js'

const yaml = createRequire(require.resolve('@sap/cds/package.json'))('yaml') as {
  parse(text: string): { xsuaa: object }
}

describe('the descriptor in values.yaml', () => {
  const DESCRIPTOR = '{\n  "xsappname": "ä \\" \\\\ {{ x }}"\n}\n'

  test.each([
    ['first', 'xsuaa:\n  servicePlanName: application\nsrv: {}\n'],
    ['last, without an end of line', 'srv: {}\nxsuaa:\n  servicePlanName: application'],
    [
      'with comments, empty lines and more indentation',
      'xsuaa: # ours\n\n  # plan\n    servicePlanName: application\n'
    ]
  ])('is added to an XSUAA that is %s', (_name, values) => {
    const completed = withDescriptor(values, DESCRIPTOR)
    expect(yaml.parse(completed!).xsuaa).toEqual({
      servicePlanName: 'application',
      jsonParameters: DESCRIPTOR
    })
    expect(withDescriptor(completed!, '{}')).toBe(completed)
  })

  test('is not added without an instance of XSUAA', () => {
    const values = 'srv:\n  xsuaa:\n    a: 1\nidentity:\n  a: 1\n'
    expect(withDescriptor(values, DESCRIPTOR)).toBe(values)
  })

  test.each(['xsuaa:\n', 'xsuaa: {}\nsrv:\n  a: 1\n', 'xsuaa: { a: 1,\n  b: 2 }\n'])(
    'can not be added to %j',
    (values) => {
      expect(withDescriptor(values, DESCRIPTOR)).toBeUndefined()
    }
  )
})
