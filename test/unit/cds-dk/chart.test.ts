import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'

import { separateBindings, separateInChart, withDescriptor } from '../../../src/cds-dk/chart.js'

const yaml = createRequire(require.resolve('@sap/cds/package.json'))('yaml') as {
  parse(text: string): { xsuaa: object; srv: { bindings: object }; approuter: { bindings: object } }
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

describe('bindings of both issuers', () => {
  const parameters = (app: string) => ({
    'credential-type': 'X509_GENERATED',
    'app-identifier': app
  })
  const module = (name: string, instance: string, indent = '  ') => `${name}:
${indent}bindings:
${indent}${indent}auth:
${indent}${indent}${indent}serviceInstanceName: ${instance}
${indent}${indent}${indent}parameters:
${indent}${indent}${indent}${indent}credential-type: X509_GENERATED
${indent}${indent}${indent}${indent}app-identifier: ${name}
${indent}${indent}destination:
${indent}${indent}${indent}serviceInstanceName: destination
${indent}image:
${indent}${indent}repository: ${name}
`
  const INSTANCES = 'xsuaa:\n  a: 1\nidentity:\n  a: 1\n'
  const destination = { serviceInstanceName: 'destination' }

  test.each(['  ', '    '])('are one each, if they were mixed (indentation %j)', (indent) => {
    const mixed = module('srv', 'xsuaa', indent) + module('approuter', 'xsuaa', indent) + INSTANCES
    const separated = separateBindings(mixed)
    for (const name of ['srv', 'approuter'] as const) {
      expect(yaml.parse(separated)[name].bindings).toEqual({
        auth: { serviceInstanceName: 'xsuaa' },
        identity: { serviceInstanceName: 'identity', parameters: parameters(name) },
        destination
      })
    }
    expect(separateBindings(separated)).toBe(separated)
    const again = separated.replace(
      'serviceInstanceName: xsuaa\n',
      (line) => `${line}${indent.repeat(3)}parameters:\n${indent.repeat(4)}app-identifier: srv\n`
    )
    expect(separateBindings(again)).toBe(separated)
  })

  test('are one each, if Identity Authentication was there first', () => {
    const separated = separateBindings(module('srv', 'identity') + INSTANCES)
    expect(yaml.parse(separated).srv.bindings).toEqual({
      auth: { serviceInstanceName: 'identity', parameters: parameters('srv') },
      xsuaa: { serviceInstanceName: 'xsuaa' },
      destination
    })
    expect(separateBindings(separated)).toBe(separated)
  })

  test.each([
    ['of an instance with another name', module('srv', 'ours') + INSTANCES],
    ['without the other instance', `${module('srv', 'identity')}identity:\n  a: 1\n`],
    [
      'with parameters of XSUAA',
      module('srv', 'xsuaa').replace(/^ +app-identifier.*\n/m, '') + INSTANCES
    ],
    ['without any', `srv:\n  bindings: {}\n${INSTANCES}`]
  ])('stay as they are %s', (_name, values) => {
    expect(separateBindings(values)).toBe(values)
  })

  test('are separated in the file, if there is one', () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-chart-'))
    try {
      separateInChart(root)
      expect(fs.readdirSync(root)).toEqual([])
      const file = path.join(root, 'chart/values.yaml')
      fs.mkdirSync(path.dirname(file))
      const mixed = module('srv', 'xsuaa') + INSTANCES
      fs.writeFileSync(file, mixed)
      separateInChart(root)
      expect(fs.readFileSync(file, 'utf8')).toBe(separateBindings(mixed))
    } finally {
      fs.rmSync(root, { recursive: true })
    }
  })
})
