import http from 'node:http'
import process from 'node:process'

import { expect } from '../support/client.mjs'
import { startLandscape } from '../support/landscape.mjs'
import { run as runCommand } from '../support/processes.mjs'
import { landscapeOf, sampleIn } from '../support/sample.mjs'

const MAINTENANCE = '/mcp/maintenance'
const TOOLS = '/mcp/tools'

/** Scenarios for servers that apply: of the sample as it is, and of a service with tools that have the names they ask for. */
const SERVER = {
  [MAINTENANCE]: ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection'],
  [TOOLS]: ['tools-call-simple-text', 'tools-call-error']
}

/** Scenarios for clients that apply to required services of kind `mcp`. */
const CLIENT = ['initialize', 'tools_call']

/** Why the other scenarios do not apply; `docs/agents.md` says the same. */
const LEFT_OUT = {
  'results of tools are JSON': /^tools-call-(image|audio|embedded-resource|mixed-content)$/,
  'an answer is one message: nothing is sent or asked while a tool works':
    /^(tools-call-(with-logging|with-progress|sampling|elicitation)|elicitation-.*|logging-set-level)$/,
  'there are no sessions, and so no streams to come back to': /^server-sse-/,
  'there are no resources, no prompts, and nothing to complete': /^(resources|prompts|completion)-/,
  'it asks for a schema that no tool of a CAP service has': /^json-schema-2020-12$/,
  'it measures time': /^sse-retry$/,
  'it checks how a client logs its user on, at a server of its own': /^auth\//
}

const MODEL = `
@mcp @odata @requires: 'authenticated-user'
service ToolsService {
  function test_simple_text() returns String;
  function test_error_handling() returns String;
}
`
const HANDLER = `import cds from '@sap/cds'
export class ToolsService extends cds.ApplicationService {
  init() {
    this.on('test_simple_text', () => 'This is a simple text')
    this.on('test_error_handling', (req: any) => req.reject(400, 'This tool fails'))
    return super.init()
  }
}
`

/** A client that knows nothing but a URL, which is its last argument. */
const AGENT = `
const SERVER = { kind: 'mcp', onBehalfOf: 'systemUser', credentials: { url: process.argv.at(-1) } }
process.env.CDS_CONFIG = JSON.stringify({ requires: { auth: { emulator: false }, SERVER } })
const cds = require('@sap/cds')
const main = async () => {
  await cds.plugins
  const server = await cds.connect.to('SERVER')
  for (const { name } of await server.tools()) await server.call(name, { a: 5, b: 3 })
  process.exit()
}
main().catch((error) => {
  console.error(error)
  process.exit(1)
})
`

/** The conformance tests of MCP, as they are published: for the sample's endpoint, and for the kind `mcp`. */
export default function conformance(version) {
  return [
    { name: `cap${version}/conformance/server`, version, run: server },
    { name: `cap${version}/conformance/client`, version, run: client },
    { name: `cap${version}/conformance/list`, version, run: list }
  ]
}

async function server(bench) {
  const project = sampleIn(bench, 'conformance-server')
  let landscape, application, proxy
  try {
    project.write('srv/tools-service.cds', MODEL)
    project.write('srv/tools-service.ts', HANDLER)
    landscape = await startLandscape(project, landscapeOf(project))
    application = await project.startCds(['serve'], { env: landscape.env })
    proxy = await proxyWith(await landscape.token('alice'), application.url)
    for (const [endpoint, scenarios] of Object.entries(SERVER)) {
      for (const scenario of scenarios) {
        const ran = await conform(project, 'server', scenario, '--url', proxy.url + endpoint)
        expect(isPassed(ran), `${endpoint} passes ${scenario}`, ran, application)
      }
    }
    const refused = await conform(project, 'server', 'ping', '--url', application.url + MAINTENANCE)
    const isRefused = refused.code === 1 && /Unauthorized/.test(refused.output)
    expect(isRefused, 'without a token, nothing is passed', refused, application)
  } finally {
    proxy?.close()
    await application?.stop()
    await landscape?.stop()
    project.remove()
  }
}

async function client(bench) {
  const project = sampleIn(bench, 'conformance-client')
  try {
    project.write('agent.js', AGENT)
    const command = `${process.execPath} agent.js`
    for (const scenario of CLIENT) {
      const ran = await conform(project, 'client', scenario, '--command', command)
      expect(isPassed(ran), `the kind mcp passes ${scenario}`, ran)
    }
  } finally {
    project.remove()
  }
}

/** A new version can have further scenarios: each has to be run, or left out for a reason. */
async function list(bench) {
  const { output } = await runConformance(bench.folder, bench, 'list')
  const names = [...output.matchAll(/^ {2}- (\S+)/gm)].map(([, name]) => name)
  const run = [...Object.values(SERVER).flat(), ...CLIENT]
  const reasons = (name) => Object.values(LEFT_OUT).filter((pattern) => pattern.test(name)).length
  const wrong = names.filter((name) => reasons(name) + run.includes(name) !== 1)
  expect(names.length > 40 && !wrong.length, 'each scenario has one place', { names, wrong })
}

const conform = (project, what, scenario, ...args) =>
  runConformance(project.folder, project.bench, what, '--scenario', scenario, ...args)

function runConformance(cwd, bench, ...args) {
  const command = bench.bin('@modelcontextprotocol/conformance/dist/index.js')
  return runCommand(process.execPath, [command, ...args], { cwd, timeout: 60 })
}

/** True if all checks have succeeded, and there was at least one. */
function isPassed({ code, output }) {
  const [, passed, all] = /Passed: (\d+)\/(\d+), 0 failed, 0 warnings/.exec(output) ?? []
  return code === 0 && Number(passed) > 0 && passed === all
}

/** Adds a token to each request: the conformance tests have no way to send one. */
async function proxyWith(token, target) {
  const proxy = http.createServer((req, res) => {
    const { method, url, headers } = req
    const options = { method, headers: { ...headers, authorization: `Bearer ${token}` } }
    const sent = http.request(new URL(url, target), options, (answer) => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    })
    sent.on('error', () => res.destroy())
    req.pipe(sent)
  })
  await new Promise((done) => proxy.listen(0, 'localhost', done))
  const close = () => {
    proxy.close()
    proxy.closeAllConnections()
  }
  return { url: `http://localhost:${proxy.address().port}`, close }
}
