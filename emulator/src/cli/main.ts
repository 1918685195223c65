#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Command } from 'commander'

import { programCommands } from './commands.js'
import { runProgram } from './run-program.js'

const { version, description } = JSON.parse(
  readFileSync(join(__dirname, '../../package.json'), 'utf8')
) as { version: string; description: string }

const program = new Command('cds-principal-emulator').description(description).version(version)
programCommands(program)

void runProgram(program)
