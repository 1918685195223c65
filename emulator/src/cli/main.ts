#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Command } from 'commander'

import { programCommands } from './commands.js'

const { version, description } = JSON.parse(
  readFileSync(join(__dirname, '../../package.json'), 'utf8')
) as { version: string; description: string }

const program = new Command('cds-principal-emulator').description(description).version(version)
programCommands(program)

program.parseAsync().catch((error: unknown) => {
  console.error(`cds-principal-emulator: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
