import { exampleRequest } from '../../../src/development/example-request.js'

const users = [
  { name: 'alice', roles: ['Technician'], attr: {} },
  { name: 'bob', roles: [], attr: {} },
  { name: 'carol', roles: ['Supervisor'], attr: {} }
]

interface Annotations {
  '@requires'?: unknown
  '@restrict'?: unknown
}

const example = (service: Annotations, ...entities: Annotations[]) =>
  exampleRequest(
    {
      name: 'S',
      definition: { name: 'S', '@requires': undefined, '@restrict': undefined, ...service },
      entities: entities.map((each, i) => ({
        ...{ name: `S.E${String(i)}`, '@requires': undefined, '@restrict': undefined, ...each }
      }))
    },
    users
  )

test.each<[string, Annotations, Annotations[], string | undefined]>([
  ['nothing is asked for', {}, [{}], 'E0 alice'],
  ['everybody is let in', { '@requires': ['authenticated-user'] }, [{}], 'E0 alice'],
  ['the service asks for a role', { '@requires': 'Supervisor' }, [{}], 'E0 carol'],
  ['the entity asks for a role', {}, [{ '@requires': 'Supervisor' }], 'E0 carol'],
  ['a grant names a role', {}, [{ '@restrict': [{ to: 'Supervisor' }] }], 'E0 carol'],
  ['only one of two can be read', {}, [{ '@requires': 'Auditor' }, {}], 'E1 alice'],
  [
    'another grant is for writing',
    {},
    [
      {
        '@restrict': [
          { grant: 'WRITE', to: 'Technician' },
          { grant: ['READ'], to: 'Supervisor' }
        ]
      }
    ],
    'E0 carol'
  ],
  ['nobody is let in', { '@requires': 'system-user' }, [{}], 'E0 alice'],
  ['there is no entity', {}, [], undefined]
])('the user has a role for what is shown: %s', (_, service, entities, expected) => {
  const found = example(service, ...entities)
  expect(found && `${found.entity} ${found.user}`).toBe(expected)
})

test('without users there is nothing to show', () => {
  expect(exampleRequest({ name: 'S' }, [])).toBeUndefined()
})
