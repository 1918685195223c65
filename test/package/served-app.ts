import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { environment } from './installed-app.js'

/** A project served by `cds-serve` in a process of its own. */
export interface ServedApp {
  url: string
  stop(): Promise<void>
}

/** Serves the project in `folder` on a free port, as production does; rejects if it does not start. */
export async function serve(folder: string, env: NodeJS.ProcessEnv): Promise<ServedApp> {
  const child = spawn(process.execPath, ['node_modules/@sap/cds/bin/serve.js'], {
    cwd: folder,
    env: { ...environment(), ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  return { url: await listening(child), stop: () => stop(child) }
}

function listening(child: ChildProcess): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const url = /http:\/\/localhost:\d+/.exec(output)?.[0]
      if (url && output.includes('server listening')) resolve(url)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => {
      reject(new Error(`cds-serve ended with ${String(code)}:\n${output}`))
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  const forced = setTimeout(() => child.kill('SIGKILL'), 5000)
  child.kill('SIGTERM')
  await exited
  clearTimeout(forced)
}
