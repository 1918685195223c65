import { startAgents } from '../support/agents.mjs'
import { call, expect, printed } from '../support/client.mjs'
import { startLandscape } from '../support/landscape.mjs'
import { landscapeOf, sampleIn } from '../support/sample.mjs'

/** Client of the destination: that of the application. */
const CLIENT = 'sb-maintenance!t1'

const MODEL = `@requires: 'authenticated-user'
service TravelService {
  /** Sends an event to an agent, and returns the answer or the error as JSON. */
  action ask(agent: String, event: String, data: LargeString) returns LargeString;
}
`
const HANDLER = `import cds from '@sap/cds'
export class TravelService extends cds.ApplicationService {
  init() {
    this.on('ask', async ({ data: { agent, event, data } }: any) => {
      const service = await cds.connect.to(agent)
      const answer = await service.send(event, JSON.parse(data)).catch(
        ({ code, message }: any) => ({ code, message })
      )
      return JSON.stringify(answer)
    })
    return super.init()
  }
}
`

/** Agents as their SDKs serve them, of A2A 0.3 and of MCP, with `@cap-js/telemetry` beside it. */
export default function remoteAgents(version) {
  return [{ name: `cap${version}/remote-agents`, version, run }]
}

async function run(bench) {
  const project = sampleIn(bench, 'remote-agents')
  const agents = await startAgents(bench)
  let landscape, server
  try {
    configure(project)
    const AGENTS = { URL: agents.url, clientId: CLIENT, Authentication: 'OAuth2JWTBearer' }
    landscape = await startLandscape(project, landscapeOf(project, { AGENTS }))
    agents.trust(landscape)
    server = await project.startCds(['serve'], { env: landscape.env })
    await asksA2a({ server, landscape, agents })
    await callsMcp({ server, landscape, agents })
  } finally {
    await server?.stop()
    await landscape?.stop()
    agents.close()
    project.remove()
  }
}

function configure(project) {
  project.write('srv/travel-service.cds', MODEL)
  project.write('srv/travel-service.ts', HANDLER)
  project.configure((manifest) => {
    manifest.dependencies['@cap-js/telemetry'] = '*'
    const agent = (kind) => ({
      ...{ kind, onBehalfOf: 'namedUser' },
      credentials: { destination: 'AGENTS', path: `/${kind}` }
    })
    const exporter = { module: '@opentelemetry/sdk-trace-base', class: 'ConsoleSpanExporter' }
    const telemetry = { kind: 'telemetry-to-console', tracing: { exporter } }
    manifest.cds.requires = { HOTEL: agent('a2a'), FLIGHTS: agent('mcp'), telemetry }
  })
}

/** A message that is answered, a task, and its end: each as the user, with a token for the client of the destination. */
async function asksA2a({ server, landscape, agents }) {
  const message = (text) => ({ message: { parts: [{ text }] } })
  for (const user of ['alice', 'bob', 'alice']) {
    const token = await landscape.token(user)
    const answer = await ask(server, token, 'HOTEL', 'SendMessage', message('who is it?'))
    expect(answer.message?.parts[0].text === user, `an answer for ${user}`, answer, server)
    const { client, token: sent } = agents.calls.at(-1)
    expect(client === CLIENT && sent !== token, 'not the token of the request', client, server)
  }
  const alice = await landscape.token('alice')
  const { task } = await ask(server, alice, 'HOTEL', 'SendMessage', message('later'))
  expect(task?.status.state === 'TASK_STATE_WORKING', 'a task', task, server)
  const found = await ask(server, alice, 'HOTEL', 'GetTask', { id: task.id })
  expect(found.id === task.id, 'the task is found', found, server)
  const ended = await ask(server, alice, 'HOTEL', 'CancelTask', { id: task.id })
  expect(ended.status?.state === 'TASK_STATE_CANCELED', 'the task is ended', ended, server)
  const missing = await ask(server, alice, 'HOTEL', 'GetTask', { id: 'unknown' })
  expect(missing.code === 'ERR_REMOTE_ANSWER', 'a task that is not there', missing, server)
  const listed = await ask(server, alice, 'HOTEL', 'ListTasks', {})
  expect(listed.code === 'ERR_REMOTE_ANSWER', 'A2A 0.3 has no list of tasks', listed, server)
  const card = await ask(server, alice, 'HOTEL', 'GetAgentCard', {})
  expect(card.name === 'hotel', 'the card', card, server)
  await printed(server, spanOf('HOTEL'), 'the call is in a span')
}

async function callsMcp({ server, landscape, agents }) {
  const token = await landscape.token('alice')
  const parameters = { name: 'whoami', arguments: {} }
  const { content } = await ask(server, token, 'FLIGHTS', 'tools/call', parameters)
  expect(content?.[0].text === 'alice', 'the tool of alice', content, server)
  const { client, token: sent } = agents.calls.at(-1)
  expect(client === CLIENT && sent !== token, 'not the token of the request', client, server)
  await printed(server, spanOf('FLIGHTS'), 'the call is in a span')
}

async function ask(server, token, agent, event, data) {
  const body = { agent, event, data: JSON.stringify(data) }
  const answer = await call(server, 'POST', '/odata/v4/travel/ask', { token, body })
  expect(answer.status === 200, `${agent} is called`, answer, server)
  return JSON.parse(answer.body.value)
}

/** Attributes of the span in which alice has called a service. */
const spanOf = (service) =>
  new RegExp(
    `'principal\\.call\\.service': '${service}',[^{}]*'principal\\.call\\.user': 'alice',[^{}]*'principal\\.call\\.client': '${CLIENT}'`
  )
