import { join } from 'node:path'

import { AgentsSample } from './agents-sample.js'
import { McpBackend } from './mcp-backend.js'

const WHOAMI = { name: 'whoami', arguments: {} }

test('an MCP server on premise: through the Connectivity proxy, as the user that the Cloud Connector knows', async () => {
  const backend = await McpBackend.start()
  const app = await AgentsSample.start({
    backend,
    kind: 'mcp',
    requires: {
      ON_PREMISE: {
        ...{ kind: 'mcp', onBehalfOf: 'namedUser' },
        credentials: { destination: 'MCP', path: '/mcp' }
      }
    },
    destinations: {
      MCP: {
        ...{ URL: 'http://mcp.internal:8080', ProxyType: 'OnPremise' },
        Authentication: 'PrincipalPropagation'
      }
    },
    landscape: {
      onPremise: {
        'mcp.internal:8080': {
          backend: join(__dirname, 'on-premise-mcp.ts'),
          resources: [{ path: '/mcp', subpaths: true }]
        }
      }
    }
  })
  try {
    const users = ['alice', 'bob', 'alice', 'bob', 'bob']
    const answers = await Promise.all(
      users.map((as) => app.call('ON_PREMISE', 'tools/call', WHOAMI, { as }))
    )
    expect(answers).toEqual(
      users.map((user) => ({ content: [{ type: 'text', text: `CN=${user}` }] }))
    )
    const connections = app.running.emulator.connections.connectivity
    const failed = await app.call('ON_PREMISE', 'tools/call', WHOAMI, { as: '' })
    expect(failed.code).toBe('ERR_USER_TOKEN_REQUIRED')
    expect(app.running.emulator.connections.connectivity).toBe(connections)
  } finally {
    await app.stop()
    await backend.stop()
  }
})
