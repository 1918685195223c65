import { Command } from 'commander'

import { type DoctorOptions, examine, summaryOf, textOf } from '../doctor/doctor.js'
import { readToken, tokenAsArgument } from '../explain/token/read-token.js'

const HELP = `
Nothing is changed. Without --probe, --token and --as, no remote system is called; with exported files, nothing at all is called.
Exit code: 0 nothing to mend, 1 something to mend.

Examples:
  npx cds-principal doctor                                  # in development, while "cds watch" runs
  npx cds-principal doctor --as alice                       # with one read from each system, as a user of the landscape
  cds bind --exec -- npx cds-principal doctor --profile hybrid --probe
  cf ssh <app> -t -c "/tmp/lifecycle/launcher /home/vcap/app 'npx cds-principal doctor' ''"
  cf run-task <app> --command "npx cds-principal doctor --json"
  pbpaste | npx cds-principal doctor --token                # a token of a user, from stdin
  npx cds-principal doctor --vcap env.json --destinations destinations.json --mta mta.yaml --xs-security xs-security.json`

type Flags = Omit<DoctorOptions, 'token'> & { readonly token?: boolean; readonly json?: boolean }

/** Returns the command `doctor`. @internal */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at every part of the way of a call, and say what to mend first')
    .option('--profile <profiles>', 'profiles of CAP, such as hybrid or production')
    .option('--project <folder>', 'folder of the CAP project', process.cwd())
    .option('--json', 'print the rows as JSON')
    .option('--probe', 'read from each remote system once, as the technical user')
    .option(
      '--token',
      'take the token of a user from stdin, and read from each system as this user'
    )
    .option('--as <user>', 'the same, as a user of the running emulator')
    .option('--vcap <file>', 'environment of the application (cf env, or default-env.json)')
    .option('--destinations <file>', 'destinations, exported from the cockpit or read by REST')
    .option('--mta <file>', 'mta.yaml, or manifest.yml of Cloud Foundry')
    .option('--xs-security <file>', 'xs-security.json')
    .option('--xs-app <file>', 'xs-app.json of the application router')
    .option('--requires <file>', 'cds.requires: package.json, or "cds env requires --json"')
    .allowExcessArguments()
    .addHelpText('after', HELP)
    .action(doctor)
}

async function doctor({ json, token, ...options }: Flags, { args }: Command): Promise<void> {
  if (args.length) {
    throw token ? tokenAsArgument('doctor --token') : new Error('doctor takes no arguments')
  }
  const bearerToken = token ? (await readToken()).trim().replace(/^Bearer +/i, '') : undefined
  const rows = await examine({ ...options, token: bearerToken })
  const output = json
    ? JSON.stringify(rows, null, 2)
    : [...rows.map(textOf), '', summaryOf(rows)].join('\n')
  process.stdout.write(`${output}\n`)
  if (rows.some(({ state }) => state === 'mend')) process.exitCode = 1
}
