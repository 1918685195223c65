// Runs commands that print all that they have got, and fail with it. Prints what the terminal gets, as JSON.
import { createRequire } from 'node:module'
import process from 'node:process'
import { text } from 'node:stream/consumers'

const require = createRequire(import.meta.url)
const { stdout, stderr } = process
const write = stdout.write.bind(stdout)

/** The programs as their files make them, by name. */
const programs = Object.fromEntries(
  ['dist', 'emulator/dist'].map((folder) => {
    const file = require(`../../../${folder}/cli/run-program.js`)
    const { runProgram } = file
    let made
    file.runProgram = (program) => (made = program)
    require(`../../../${folder}/cli/main.js`)
    makeTalkative(made)
    return [made.name(), { program: made, runProgram }]
  })
)

/** The parser throws in place of ending the process. */
function makeTalkative(command) {
  command.exitOverride()
  if (!command.commands.length) {
    command.action(() => {
      const all = [...command.args, ...Object.entries(command.opts()).flat()].join(' ')
      process.stdout.write(`${all}\n`)
      throw new Error(`it failed for ${all}`)
    })
  }
  command.commands.forEach(makeTalkative)
}

/** Returns each command, with the words that lead to it and its options. */
function described(command, words) {
  return [
    {
      words,
      count: command.registeredArguments.length,
      options: command.options.map(({ long }) => long),
      isLeaf: !command.commands.length
    },
    ...command.commands.flatMap((each) => described(each, [...words, each.name()]))
  ]
}

async function printed([name, ...args]) {
  const { program, runProgram } = programs[name]
  let all = ''
  const record = (chunk) => Boolean((all += String(chunk)))
  stdout.write = record
  stderr.write = record
  process.argv = [process.execPath, name, ...args]
  await runProgram(program)
  return all
}

const lines = JSON.parse(await text(process.stdin))
const result = Object.entries(programs).flatMap(([name, { program }]) => described(program, [name]))
if (lines) result.length = 0
for (const line of lines ?? []) result.push(await printed(line))
write(JSON.stringify(result))
process.exitCode = 0
