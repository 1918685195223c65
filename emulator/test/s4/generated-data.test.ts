import { effort, fc } from '../../../test/support/generated-inputs.js'
import { generateRecords } from '../../src/s4/data/generate-records.js'
import type { Csn, Element } from '../../src/s4/model/csn.js'

const length = fc.integer({ min: 1, max: 40 })

/** Names that generators have ideas about, and others. */
const names = fc.constantFrom(
  'Plant',
  'Currency',
  'Text',
  'MailAddress',
  'OrderID',
  'CreatedByUser',
  'x'
)

const element: fc.Arbitrary<Element> = fc.oneof(
  length.map((each) => ({ type: 'cds.String', length: each })),
  fc
    .tuple(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 0, max: 5 }))
    .map(([precision, scale]) => ({
      type: 'cds.Decimal',
      precision: precision + scale,
      scale
    })),
  fc.constantFrom(
    ...[
      'UUID',
      'Integer',
      'Integer64',
      'Double',
      'Boolean',
      'Date',
      'Time',
      'DateTime',
      'Timestamp',
      'Binary'
    ].map((type) => ({ type: `cds.${type}` }))
  )
)

/** Two entities: each record of the second one belongs to one of the first. */
const model = fc
  .tuple(
    fc.dictionary(names, element, { maxKeys: 6 }),
    element.filter(({ type }) => type !== 'cds.Boolean')
  )
  .map(([elements, key]): Csn => {
    const on = [{ ref: ['items', 'parent'] }, '=', { ref: ['key'] }]
    const items: Element = { type: 'cds.Association', target: 'S.B', cardinality: { max: '*' }, on }
    return {
      definitions: {
        'S.A': { kind: 'entity', elements: { ...elements, key: { ...key, key: true }, items } },
        'S.B': {
          kind: 'entity',
          elements: { parent: { ...key, key: true }, number: { type: 'cds.Integer', key: true } }
        }
      }
    }
  })

function expectOfType(
  value: unknown,
  { type, length = 40, precision = 0, scale = 0 }: Element
): void {
  const text = String(value)
  if (type === 'cds.String') expect(text.length).toBeLessThanOrEqual(length)
  else if (type === 'cds.Decimal') {
    const [whole = '', fraction = ''] = text.split('.')
    expect(fraction).toHaveLength(scale)
    expect(whole.length).toBeLessThanOrEqual(precision - scale)
  } else if (type === 'cds.Date') expect(text).toMatch(/^\d{4}-\d\d-\d\d$/)
  else if (type === 'cds.UUID') expect(text).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  else expect(value).toBeDefined()
}

test('values are within type, length, precision and scale; keys are unique; children have parents; twice the same', () => {
  fc.assert(
    fc.property(model, (csn) => {
      const records = generateRecords(csn)
      expect(generateRecords(csn)).toEqual(records)
      const [parents = [], children = []] = [records.get('S.A'), records.get('S.B')]
      const keys = parents.map(({ key }) => JSON.stringify(key))
      expect(new Set(keys).size).toBe(keys.length)
      expect(parents.length).toBeGreaterThan(0)
      const elements = csn.definitions['S.A']?.elements ?? {}
      for (const record of parents) {
        for (const [name, each] of Object.entries(elements)) {
          if (!each.target) expectOfType(record[name], each)
        }
      }
      for (const { parent } of children) expect(keys).toContain(JSON.stringify(parent))
      const own = children.map(({ parent, number }) => JSON.stringify([parent, number]))
      expect(new Set(own).size).toBe(own.length)
    }),
    { numRuns: effort(300) }
  )
})
