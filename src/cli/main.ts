import { Command, Option } from 'commander'

import { ownManifest } from '../configuration/own-package.js'
import { INSTALL_EMULATOR, isEmulatorInstalled, loadCommands } from '../development/door.js'
import { delegationsCommand } from './delegations.js'
import { doctorCommand } from './doctor.js'
import { explainCommand } from './explain.js'
import { lint } from './lint.js'
import { runProgram } from './run-program.js'

const { version, description } = ownManifest()

const program = new Command('cds-principal').description(description).version(version)

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

program.addCommand(explainCommand())
program.addCommand(doctorCommand())
program.addCommand(delegationsCommand())
for (const command of commandsOfEmulator()) program.addCommand(command)

void runProgram(program)

/** Returns the commands of the emulator; without it, commands of the same names that say how to install it. */
function commandsOfEmulator(): Command[] {
  if (isEmulatorInstalled()) return loadCommands().emulatorCommands()
  return ['token', 'job', 'trace', 'emulator'].map((name) =>
    new Command(name)
      .description(`needs the emulated BTP services: ${INSTALL_EMULATOR}`)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new Error(`"${name}" needs the emulated BTP services: ${INSTALL_EMULATOR}`)
      })
  )
}
