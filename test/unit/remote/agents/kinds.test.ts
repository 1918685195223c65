import { addAgentKinds } from '../../../../src/remote/agents/kinds.js'

test('the kinds of agents are added, and those of others stay as they are', () => {
  const requires = { kinds: { mcp: { impl: '@other/mcp', vcap: {} }, a2a: {}, odata: {} } }
  addAgentKinds(requires as never)
  expect(requires.kinds).toEqual({
    mcp: { impl: '@other/mcp', vcap: {} },
    a2a: { impl: 'cds-principal/a2a-service' },
    odata: {}
  })
})

test('a required service may be named like its kind', () => {
  const requires: Record<string, object> = { mcp: { kind: 'mcp' }, a2a: { kind: 'mcp' } }
  addAgentKinds(requires)
  expect(requires['mcp']).toEqual({ kind: 'mcp', impl: 'cds-principal/mcp-service' })
  expect(requires['a2a']).toEqual({ kind: 'mcp' })
})
