#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Command, Option } from 'commander'

import { lint } from './lint.js'
import { printToken } from './token.js'

const { version, description } = JSON.parse(
  readFileSync(join(__dirname, '../../package.json'), 'utf8')
) as { version: string; description: string }

const program = new Command('cds-principal').description(description).version(version)

program
  .command('token')
  .description('print an access token from the running emulator, and nothing else')
  .argument('[user]', 'user of cds.requires.auth.users; not needed for client_credentials')
  .addOption(
    new Option('--grant <grant>', 'grant type of the token')
      .choices(['password', 'client_credentials'])
      .default('password')
  )
  .addOption(
    new Option('--issuer <issuer>', 'who issues it: XSUAA, or Identity Authentication').choices([
      'xsuaa',
      'ias'
    ])
  )
  .option('--tenant <id>', 'subscriber whose user or token it is')
  .option('--expires-in <seconds>', 'lifetime; a negative one gives an expired token', Number)
  .option('--project <folder>', 'folder of the CAP project', process.cwd())
  .addHelpText(
    'after',
    '\nExample:\n  curl -H "Authorization: Bearer $(npx cds-principal token alice)" http://localhost:4004/…'
  )
  .action(printToken)

program
  .command('lint')
  .description('look for names in @restrict and @requires that no token can have')
  .addOption(
    new Option('--format <format>', 'how findings are printed')
      .choices(['text', 'json', 'sarif'])
      .default('text')
  )
  .option('--project <folder>', 'folder of the CAP project', process.cwd())
  .action(lint)

program.parseAsync().catch((error: unknown) => {
  console.error(`cds-principal: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
