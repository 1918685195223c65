import { Command, Option } from 'commander'

import { type JobOptions, runJob } from './job.js'
import { printToken } from './token.js'
import { printTraces } from './trace.js'

const JOB_HELP = `
What the application answers is printed, everything else goes to stderr.
Exit code: 0 success, 1 failed or could not be run, 2 no status in time.

Example:
  npx cds-principal job run /odata/v4/jobs/cleanUp --data '{"days":30}'`

/** Returns the commands that need a running landscape: `token`, `job` and `trace`. */
export function emulatorCommands(): Command[] {
  return [tokenCommand(), jobCommand(), traceCommand()]
}

function tokenCommand(): Command {
  return new Command('token')
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
}

function jobCommand(): Command {
  const job = new Command('job').description('do what the SAP Job Scheduling service does')
  job
    .command('run')
    .description(
      'call an endpoint of the running application, as a job of the Job Scheduling service'
    )
    .argument('<path>', 'path of the endpoint, such as /odata/v4/jobs/cleanUp')
    .option('--method <method>', 'HTTP method', 'POST')
    .option('--data <json>', 'body of the request (default: {})')
    .option('--tenant <id>', 'subscriber whose job it is')
    .option('--timeout <seconds>', 'how long the application may take to answer', Number, 15)
    .option(
      '--async-timeout <seconds>',
      'how long it may take, after 202, to report the status',
      Number,
      600
    )
    .option('--url <url>', 'of the application (default: the server that "cds watch" runs)')
    .option('--project <folder>', 'folder of the CAP project', process.cwd())
    .addHelpText('after', JOB_HELP)
    .action((path: string, options: JobOptions) => runJob(path, options))
  return job
}

function traceCommand(): Command {
  return new Command('trace')
    .description('print what became of the last requests to the running application')
    .option('--json', 'one JSON object a line')
    .option('--follow', 'go on with each request, until it is ended')
    .option('--project <folder>', 'folder of the CAP project', process.cwd())
    .action(printTraces)
}
