import { configureTargets, targetOf } from '../../../src/delegation/targets.js'

const requires = (...credentials: string[]) =>
  Object.fromEntries(
    credentials.map((name, i) => [
      `S${String(i)}`,
      { onBehalfOf: 'namedUser', delegation: { credentials: name } }
    ])
  )

test('services with the same keys', () => {
  const names = configureTargets(requires('keys', 'keys')).map(({ name }) => name)
  expect(names).toEqual(['S0', 'S1'])
  expect(targetOf('S1', 'PATCH')?.name).toBe('S1')
})

test('an application has one key for its records: two names of keys stop the start', () => {
  expect(() => configureTargets(requires('keys', 'keys', 'other'))).toThrow(
    /cds\.requires\.S2\.delegation\.credentials is another one than that of "S0"/
  )
})
