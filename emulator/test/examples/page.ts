import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(__dirname, '../../..')

const read = (name: string) => readFileSync(join(ROOT, 'docs/emulator', `${name}.md`), 'utf8')

/** Files of a page, by name: the name stands alone before the block. */
function filesOf(name: string): [string, string][] {
  const blocks = read(name).matchAll(/^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$/gms)
  return [...blocks].map(([, file = '', content = '']) => [file, content])
}

/** An application in a folder of its own, as its page writes it. */
export interface Example {
  readonly folder: string
  readonly files: readonly string[]
  /** Code blocks of the page that are no files, by language. */
  readonly blocks: (language: string) => string[]
}

/** Writes the files of some pages to a folder that has the packages of this repository. */
export function writeExample(...pages: readonly string[]): Example {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'example-')))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const files = pages.flatMap(filesOf)
  for (const [name, content] of files) writeFileSync(join(folder, name), content)
  const text = read(pages.at(-1) ?? '').replaceAll(/^`[\w./-]+`:\n\n```\w+\n.*?^```$/gms, '')
  return {
    folder,
    files: files.map(([name]) => name),
    blocks: (language) =>
      [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
        .filter(([, found]) => found === language)
        .map(([, , content = '']) => content)
  }
}

/** A command that has ended. */
interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of a page in the shell, with what the packages of the folder have as commands. */
export function runIn({ folder }: Example, command: string): Promise<Ended> {
  const PATH = `${resolve(process.execPath, '..')}:${process.env['PATH'] ?? ''}`
  // a test runner of Node that another one has started reports to it
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return new Promise((done) => {
    execFile(
      'sh',
      ['-c', command],
      { cwd: folder, env: { ...env, PATH } },
      (error, stdout, stderr) => done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr })
    )
  })
}
