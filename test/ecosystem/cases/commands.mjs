import { expect } from '../support/client.mjs'
import { KINDS, Project, REQUIRES } from '../support/project.mjs'

/** Servers end when they are told to; what counts is that they start. */
const server = (...args) => ({ args, isServer: true })
const command = (...args) => ({ args })
const skip = (reason) => ({ skip: reason })

/** How each command of `cds help` is run; of one that needs an answer from outside, what it says without. */
const COMMANDS = {
  init: command('init', 'another', '--nodejs'),
  add: command('add', 'data'),
  import: command('import', 'api.edmx', '--dry'),
  compile: command('compile', 'srv', '--to', 'sql'),
  parse: command('parse', 'srv/cat-service.cds'),
  serve: server('serve'),
  watch: server('watch', '--livereload', 'false'),
  mock: server('mock', 'API_EQUIPMENT'),
  repl: { args: ['repl'], input: 'Object.keys(cds.requires).length\n.exit\n' },
  env: command('env', 'requires'),
  build: command('build', '--production'),
  deploy: command('deploy', '--dry'),
  up: skip('needs a login at Cloud Foundry'),
  bind: command('bind', 'auth'),
  debug: skip('opens a debugger'),
  subscribe: command('subscribe'),
  unsubscribe: command('unsubscribe'),
  login: command('login'),
  logout: command('logout', 'http://localhost:9'),
  pull: command('pull'),
  push: command('push', '--to', 'http://localhost:9'),
  lint: command('lint', '--help'),
  version: command('version'),
  completion: command('completion', '--help'),
  help: command('help')
}

/** Every command that `cds help` lists ends with the plugin as it ends without. */
export default function commands(version) {
  return Object.keys(KINDS).map((kind) => ({
    name: `cap${version}/${kind}/commands`,
    version,
    run: (bench) => run(bench, kind)
  }))
}

async function run(bench, kind) {
  const without = await Project.create(bench, kind, `commands-${kind}`)
  without.addPlantService()
  const withPlugin = without.copy(`commands-${kind}-with`)
  try {
    withPlugin.addPrincipal()
    without.configure((manifest) => {
      manifest.cds = {
        requires: { API_EQUIPMENT: { ...REQUIRES.API_EQUIPMENT, onBehalfOf: undefined } }
      }
    })
    const edmx = await without.cdsOrThrow(
      'compile',
      'srv/external/API_EQUIPMENT.cds',
      '--to',
      'edmx'
    )
    for (const project of [without, withPlugin]) project.write('api.edmx', edmx)
    const differences = []
    for (const name of await listed(without)) {
      const how = COMMANDS[name] ?? skip('not known to this test')
      if (how.skip) {
        console.log(`      cds ${name} is left out: ${how.skip}`)
        continue
      }
      const expected = await outcome(without, how)
      const actual = await outcome(withPlugin, how)
      if (actual.code !== expected.code) differences.push({ name, expected, actual })
    }
    expect(!differences.length, 'all commands end as without the plugin', differences)
  } finally {
    without.remove()
    withPlugin.remove()
  }
}

async function listed(project) {
  const help = await project.cdsOrThrow('help')
  const [, commands] = withoutColours(help).split(/COMMANDS/)
  const names = [...commands.matchAll(/^ +\w? *\| +([a-z]+) +\S/gm)].map(([, name]) => name)
  expect(names.length >= 20 && names.includes('build'), 'cds help lists the commands', help)
  return names
}

// eslint-disable-next-line no-control-regex -- that is what they are
const withoutColours = (text) => text.replaceAll(/\x1b\[\d+m/g, '')

async function outcome(project, { args, isServer, input }) {
  if (!isServer) {
    const { code, output } = await project.cds(args, { timeout: 120, ...(input && { input }) })
    return { code, output: output.slice(-1500) }
  }
  try {
    // CAP alone does not mock a service that has credentials
    const started = await project.startCds(args, { untilRegistered: false })
    await started.stop()
    return { code: 'started' }
  } catch (error) {
    return { code: 'not started', output: String(error).slice(-1500) }
  }
}
