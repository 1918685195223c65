import { existsSync } from 'node:fs'

import type { Command } from 'commander'

/** Exit code that a shell reports for a process whose output nobody reads any more (SIGPIPE). */
const CLOSED_PIPE = 141

/**
 * Runs the command that the arguments of the process name. Nothing that it prints has a token or secret of these arguments.
 * Both packages have this file: neither needs the other.
 *
 * @internal
 */
export async function runProgram(program: Command): Promise<void> {
  const secrets = process.argv.slice(2).flatMap(secretsIn)
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', endOnClosedPipe)
    if (secrets.length) hide(secrets, stream)
  }
  hideValues(program)
  try {
    await program.parseAsync()
  } catch (error) {
    console.error(`${program.name()}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

/** Ends as after a signal, where a command has something to clean up. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exitCode = CLOSED_PIPE
  if (!process.emit('SIGTERM')) process.exit()
}

/** A JWT, or a long text with both cases and digits, as client secrets and opaque tokens are. */
const SECRET = /eyJ[\w.~+/-]+|(?=[\w~+$-]*[a-z])(?=[\w~+$-]*[A-Z])(?=[\w~+$-]*\d)[\w~+$-]{32,}/g

/** Bindings and keys that were given in place of their file. */
const CONTENT = /(secret|password)"\s*:|-----BEGIN/i

/** Returns the secrets in an argument; the parts of a JWT are secrets of their own. */
function secretsIn(argument: string): string[] {
  if (existsSync(argument)) return []
  if (CONTENT.test(argument)) return [argument]
  const found = argument.match(SECRET) ?? []
  return found.flatMap((each) => each.split('.')).filter((each) => each.length > 7)
}

/** Replaces secrets in the texts of a stream, also where their case has changed. */
function hide(secrets: readonly string[], stream: NodeJS.WriteStream): void {
  const escaped = secrets.map((each) => each.replaceAll(/[^\w\s]/g, '\\$&'))
  const pattern = new RegExp(`(${escaped.join('|')})([….]|${escaped.join('|')})*`, 'gi')
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean
  stream.write = (text: unknown, ...rest: unknown[]) =>
    write(typeof text === 'string' ? text.replace(pattern, '…') : text, ...rest)
}

/** Keeps the values of arguments out of commander's messages: a short one can be a password. */
function hideValues(command: Command): void {
  command.configureOutput({
    outputError: (text, write) => {
      write(
        text
          .replace(/(arguments?.* but got \d+): [^]*/, '$1.\n')
          .replace(/(unknown option '--?[\w-]*)=[^]*'/, "$1=…'")
          .replace(/(unknown option '-\w)[^-'][^]*'/, "$1…'")
          .replace(/argument '[^]*' is invalid/, 'argument is invalid')
      )
    }
  })
  command.commands.forEach(hideValues)
}
