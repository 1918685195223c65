import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'

/** The command `cds-principal-emulator`, compiled. */
const COMMAND = join(__dirname, '../../dist/cli/main.js')

/** Variables with certificates, of the machine that the tests run on. */
const CERTIFICATES = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE'
]

/** A command that has ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs; its output is kept. */
export class StartedCommand {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  #stdout = ''
  #stderr = ''

  constructor(folder: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) {
    this.process = spawn(process.execPath, [COMMAND, ...args], {
      cwd: folder,
      env: {
        ...process.env,
        ...Object.fromEntries(CERTIFICATES.map((name) => [name, undefined])),
        ...more
      },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.process.stdout!.on('data', (data) => (this.#stdout += String(data)))
    this.process.stderr!.on('data', (data) => (this.#stderr += String(data)))
    this.ended = once(this.process, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr
    }))
  }

  /** Waits for a line of the output; fails with what was printed if the command ends before. */
  async line(text: string): Promise<string> {
    const lines = createInterface({ input: this.process.stdout! })
    for await (const line of lines) if (line.includes(text)) return line
    throw new Error(`it has ended: ${JSON.stringify(await this.ended)}`)
  }

  /** Sends a signal, and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.process.kill(signal)
    return this.ended
  }
}

/** Runs a command to its end. */
export function run(folder: string, ...args: string[]): Promise<Ended> {
  return new StartedCommand(folder, args).ended
}
