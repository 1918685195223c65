// The emulated landscape of the project in the current folder, in a process of its own: bindings and tokens for its parent.
const { createRequire } = require('node:module')
const { join } = require('node:path')
const process = require('node:process')

const find = createRequire(join(process.cwd(), 'package.json'))
const { startEmulator } = find('cds-principal/emulator')

async function main() {
  const emulator = await startEmulator({
    root: process.cwd(),
    ...JSON.parse(process.argv[2] ?? '{}')
  })
  const answers = {
    landscape: () => ({ vcapServices: emulator.vcapServices(), ca: emulator.ca }),
    token: (options) => emulator.issueToken(options),
    changes: () => emulator.s4.changes()
  }
  process.on('message', async ({ id, question, options }) => {
    try {
      process.send({ id, answer: await answers[question](options) })
    } catch (error) {
      process.send({ id, error: error.message })
    }
  })
  process.on('disconnect', () => emulator.stop().then(() => process.exit()))
  process.send({ id: 0 })
}

main().catch((error) => process.send({ id: 0, error: String(error.stack) }, () => process.exit(1)))
