import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import path from 'node:path'

/**
 * Agents as the packages of a bench serve them: with A2A 0.3 at `/a2a`, and an MCP server at `/mcp`. Both tell who calls, by the token
 * that came; the landscape has to say by which key it is verified.
 */
export async function startAgents(bench) {
  const load = createRequire(path.join(bench.folder, 'package.json'))
  const jose = load('jose')
  const app = load('express')()
  const calls = []
  let key
  app.use(async (req, res, next) => {
    const [, token = ''] = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '') ?? []
    const claims = await verified(token).catch(() => undefined)
    if (!claims) return res.sendStatus(401)
    calls.push({ path: req.path, user: claims.user_name, client: claims.azp, token })
    res.locals.user = claims.user_name
    next()
  })
  const verified = async (token) => (await jose.jwtVerify(token, await key)).payload
  const server = await new Promise((done) => {
    const listening = app.listen(0, 'localhost', () => done(listening))
  })
  const url = `http://localhost:${server.address().port}`
  serveA2a(load, app, `${url}/a2a`)
  serveMcp(load, app)
  return {
    url,
    calls,
    trust: ({ vcapServices }) => {
      key = jose.importSPKI(vcapServices.xsuaa[0].credentials.verificationkey, 'RS256')
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}

/** An agent whose SDK knows A2A 0.3 only. A text of "later" is a task that is never done, any other one is answered. */
function serveA2a(load, app, url) {
  const { DefaultRequestHandler, InMemoryTaskStore } = load('a2a-sdk-0.3/server')
  const { A2AExpressApp, UserBuilder } = load('a2a-sdk-0.3/server/express')
  const card = {
    ...{ name: 'hotel', description: 'Tells who asks', version: '1.0.0' },
    ...{ protocolVersion: '0.3.0', url, preferredTransport: 'JSONRPC' },
    ...{ capabilities: {}, defaultInputModes: ['text'], defaultOutputModes: ['text'], skills: [] }
  }
  const store = new InMemoryTaskStore()
  app.use('/a2a', (req, res, next) => {
    const executor = executorFor(res.locals.user)
    const handler = new DefaultRequestHandler(card, store, executor)
    const own = load('express')()
    new A2AExpressApp(handler, UserBuilder.noAuthentication).setupRoutes(own)
    own(req, res, next)
  })
}

function executorFor(user) {
  const text = (text) => [{ kind: 'text', text }]
  const status = (state) => ({ state, timestamp: new Date().toISOString() })
  return {
    execute: async ({ contextId, taskId, userMessage }, bus) => {
      if (userMessage.parts[0].text === 'later') {
        bus.publish({ kind: 'task', id: taskId, contextId, status: status('working'), history: [] })
      } else {
        const message = { kind: 'message', messageId: randomUUID(), role: 'agent', contextId }
        bus.publish({ ...message, parts: text(user) })
      }
      bus.finished()
    },
    cancelTask: async (taskId, bus) => {
      const contextId = randomUUID()
      const update = { kind: 'status-update', taskId, contextId, status: status('canceled') }
      bus.publish({ ...update, final: true })
      bus.finished()
    }
  }
}

function serveMcp(load, app) {
  const { McpServer } = load('@modelcontextprotocol/sdk/server/mcp.js')
  const { StreamableHTTPServerTransport } = load(
    '@modelcontextprotocol/sdk/server/streamableHttp.js'
  )
  app.post('/mcp', async (req, res) => {
    const mcp = new McpServer({ name: 'flights', version: '1.0.0' })
    mcp.registerTool('whoami', {}, () => ({
      content: [{ type: 'text', text: res.locals.user }]
    }))
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    await mcp.connect(transport)
    await transport.handleRequest(req, res)
  })
}
