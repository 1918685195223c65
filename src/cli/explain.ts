import { Command } from 'commander'

import { explain, type ExplainOptions } from '../explain/explain.js'
import { tokenAsArgument } from '../explain/token/read-token.js'

const HELP = `
The code of an error stands in the log of the application. Upper or lower case, with or without
ERR_. A token comes from the standard input, or with --as from the landscape that "cds watch" runs.
It is shown nowhere and written nowhere. The story of a request comes from log lines on the
standard input (JSON or console, also with the prefixes of cf and kubectl), and from what the
landscape has recorded. Nothing is changed, nothing is started.
Exit code: 0 explained, and a token is accepted; 1 unknown, failed, or a token is refused.

Examples:
  npx cds-principal explain ERR_TOKEN_AUDIENCE
  npx cds-principal explain token-expired --profile production
  pbpaste | npx cds-principal explain token
  npx cds-principal explain token --as alice --values
  cf logs shop --recent | npx cds-principal explain 5f0c7a2e-8a34-4bd1-9e43-6d1d6b5f6a11`

/** Returns the command `explain`. @internal */
export function explainCommand(): Command {
  return new Command('explain')
    .description('explain an error code, a token, or what happened to a request')
    .argument(
      '<code | token | correlation id>',
      'such as ERR_TOKEN_AUDIENCE; "token" reads a token'
    )
    .option('--as <user>', 'token: that of a user of the landscape that runs')
    .option('--values', "token: show the user's name and the values of attributes")
    .option('--profile <names>', 'profiles of CAP, such as production or hybrid')
    .option('--json', 'print JSON')
    .option('--project <folder>', 'folder of the CAP project', process.cwd())
    .allowExcessArguments()
    .addHelpText('after', HELP)
    .action(print)
}

async function print(
  subject: string,
  options: ExplainOptions & { json?: true },
  { args }: Command
): Promise<void> {
  if (args.length > 1) {
    if (subject.toLowerCase() === 'token') throw tokenAsArgument('explain token')
    throw new Error('explain takes one argument')
  }
  const { explained, refused, text, data } = await explain(subject, options)
  const json = JSON.stringify({ explained, ...data }, null, 2)
  process.stdout.write(`${options.json ? json : text}\n`)
  if (!explained || refused) process.exitCode = 1
}
