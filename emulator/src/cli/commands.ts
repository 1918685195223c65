import { Command, Option } from 'commander'

import { closest } from '../xs-security/closest.js'

import { importCommand } from './import.js'
import { initDelegations } from './delegations-init.js'
import { type JobOptions, runJob } from './job.js'
import { type MockOptions, startMock } from './mock.js'
import { startLandscape, type StartOptions } from './start.js'
import { printToken } from './token.js'
import { printTraces } from './trace.js'

const JOB_HELP = `
What the application answers is printed, everything else goes to stderr.
Exit code: 0 success, 1 failed or could not be run, 2 no status in time.

Example:
  npx {program} job run /odata/v4/jobs/cleanUp --data '{"days":30}'`

const START_HELP = `
The landscape comes from the file, from landscape.json in the folder, or from the CAP project there.

While it runs, the folder of --output has these files, for this user only:
  .env               variables for a shell: set -a; . ./.cds-principal/.env; set +a
  default-env.json   VCAP_SERVICES, for @sap/xsenv and @sap/approuter
  bindings/          SERVICE_BINDING_ROOT: a folder for each binding
  ca.pem             NODE_EXTRA_CA_CERTS: the landscape's certificate, after yours
  ca-bundle.pem      SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE: after the system's
  landscape-ca.pem   the landscape's certificate alone, for keytool

Exit code: that of the command, 0 after a signal, 1 if the landscape cannot be started.

Examples:
  npx {program}
  npx {program} --exec "node --test"
  npx {program} --file test/landscape.json --exec "mvn verify"`

const MOCK_HELP = `
The landscape is that of start; without landscape.json and without a CAP project, its users are those of the rules.

Example:
  npx {program} mock --edmx API_EQUIPMENT.edmx --rules "alice: change where MaintenancePlant = 1010" "bob: display"`

const INIT_HELP = `
The file of --out has private keys, and only this user can read it. Keep it out of the repository.
Beside it are two files for the platform, without secrets: <out>.jwks.json and <out>.metadata.xml.

With --rotate each run makes the next step: a second key is added, it becomes the first, the old one is removed.

Examples:
  npx cds-principal delegations init --out ../delegation-keys.json
  npx cds-principal delegations init --out ../delegation-keys.json --rotate`

/** Returns the commands that need a running landscape: `token`, `job` and `trace`, and `emulator` with those that need none. */
export function emulatorCommands(): Command[] {
  const emulator = new Command('emulator').description('run the emulated BTP services on their own')
  return [tokenCommand(), jobCommand(), traceCommand(), addLandscapeCommands(emulator)]
}

/** Returns the commands of `cds-principal-emulator`. */
export function programCommands(program: Command): Command {
  for (const command of [tokenCommand(), jobCommand(), traceCommand()]) program.addCommand(command)
  return addLandscapeCommands(program)
}

/** Adds the commands that need no running landscape; `start` is the one that nobody has to name. */
function addLandscapeCommands(parent: Command): Command {
  return parent
    .addCommand(startCommand(parent), { isDefault: true })
    .addCommand(mockCommand())
    .addCommand(landscapeImportCommand())
}

/** Adds the options of commands that run a landscape. */
function runningOptions(command: Command): Command {
  return command
    .option('--file <file>', 'landscape file (default: landscape.json in the folder)')
    .option('--project <folder>', 'folder of landscape.json, or of a CAP project', process.cwd())
    .option('--output <folder>', 'folder for the files (default: .cds-principal in the folder)')
    .option('--exec <command>', 'run a command with all variables set, and end with it')
    .option('--quiet', 'print nothing')
    .addOption(new Option('--json', 'print one JSON object, once it runs').conflicts('exec'))
}

function startCommand(parent: Command): Command {
  return runningOptions(new Command('start'))
    .description('run the emulated BTP services, for applications in any language')
    .allowExcessArguments()
    .addHelpText('after', typedIn(START_HELP))
    .action(async (options: StartOptions, start: Command) => {
      const [unknown] = start.args
      if (unknown !== undefined) throw new Error(unknownCommand(unknown, parent))
      await startLandscape(options)
    })
}

function mockCommand(): Command {
  return runningOptions(new Command('mock'))
    .description('run the landscape with a mocked S/4HANA, whose services are those of EDMX files')
    .requiredOption('--edmx <files...>', 'EDMX files of OData V2 or V4 services')
    .option('--data <folder>', 'folder with CSV files (default: the data are generated)')
    .option('--rules <rules...>', 'rules, or a file of them: "alice: change where plant = 1010"')
    .option('--host <host:port>', 'virtual host of the system', 's4.mock:44300')
    .option('--destination <name>', 'destination that leads to it', 'S4')
    .addHelpText('after', typedIn(MOCK_HELP))
    .action((options: MockOptions) => startMock(options))
}

function landscapeImportCommand(): Command {
  return new Command('import')
    .description('write a landscape file from exported files, with secrets and hosts replaced')
    .option('--destinations <files...>', 'exported destinations: JSON, or files of the cockpit')
    .option('--vcap <file>', 'output of "cf env", default-env.json, or VCAP_SERVICES')
    .option('--xs-security <file>', 'xs-security.json')
    .option('--mta <file>', 'mta.yaml')
    .option('--output <file>', 'file to write', 'landscape.json')
    .option('--force', 'replace the file if it is there')
    .action(importCommand)
}

/** Returns examples with the program in which a command was found: both packages have it. */
function typedIn(examples: string) {
  return ({ command }: { command: Command }) =>
    examples.replaceAll('{program}', wordsOf(command).replace(/ (token|job run|start|mock)$/, ''))
}

function wordsOf(command: Command): string {
  const { parent } = command
  return parent ? `${wordsOf(parent)} ${command.name()}` : command.name()
}

function unknownCommand(name: string, parent: Command): string {
  const known = parent.commands.map((command) => command.name())
  const guess = closest(name, known)
  return `there is no command "${name}": ${guess ? `did you mean "${guess}"?` : `there are ${known.join(', ')}`}`
}

function tokenCommand(): Command {
  return new Command('token')
    .description('print an access token from the running emulator, and nothing else')
    .argument('[user]', 'user of the landscape; not needed for client_credentials')
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
    .option('--project <folder>', 'folder for which the emulator runs', process.cwd())
    .addHelpText(
      'after',
      typedIn(
        '\nExample:\n  curl -H "Authorization: Bearer $(npx {program} token alice)" http://localhost:4004/…'
      )
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
    .option('--project <folder>', 'folder for which the emulator runs', process.cwd())
    .addHelpText('after', typedIn(JOB_HELP))
    .action((path: string, options: JobOptions) => runJob(path, options))
  return job
}

function traceCommand(): Command {
  return new Command('trace')
    .description('print what became of the last requests to the running application')
    .option('--json', 'one JSON object a line')
    .option('--follow', 'go on with each request, until it is ended')
    .option('--project <folder>', 'folder for which the emulator runs', process.cwd())
    .action(printTraces)
}

/** Returns the command that makes the keys for delegated work, and prints the set-up. */
export function delegationsInitCommand(): Command {
  return new Command('init')
    .description('make the keys for queued work that keeps its author, and print the set-up')
    .option('--out <file>', 'file for the private keys; it is for this user only')
    .option('--stdout', 'print the private keys instead')
    .option('--issuer <url>', 'issuer of ID tokens (default: https://<project>.delegation.example)')
    .option(
      '--assertion-issuer <name>',
      'issuer of SAML assertions (default: urn:<project>:delegation)'
    )
    .option('--origin <key>', 'origin key of the SAML trust configuration', 'delegation')
    .option('--days <number>', 'validity of the certificate', '730')
    .option('--rotate', 'make the next step of a rotation')
    .option('--project <folder>', 'folder of the CAP project', process.cwd())
    .addHelpText('after', INIT_HELP)
    .action(initDelegations)
}
