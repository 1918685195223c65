import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'

/** Environment of a consumer's process: nothing that npm or another CAP process put there. */
export function environment(more = {}) {
  const foreign = /^(npm_|jest_|cds_|vcap_|node_env$|node_options$|port$|service_binding_root$)/i
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return { ...Object.fromEntries(own), ...more }
}

/** Processes that have not ended yet, each in a group of its own. */
const running = new Set()

function start(command, args, { cwd, env, input }) {
  const child = spawn(command, args, {
    cwd,
    env: environment(env),
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true
  })
  running.add(child)
  child.output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      child.output += chunk
      child.emit('output')
    })
  }
  child.ended = new Promise((resolve) => {
    child.once('error', (error) => {
      child.output += error.message
      resolve(null)
    })
    child.once('close', (code) => {
      running.delete(child)
      resolve(code)
    })
  })
  if (input !== undefined) child.stdin.end(input)
  return child
}

/**
 * Runs a command to its end.
 *
 * @returns exit code (`null` after `timeout` seconds) and output
 */
export async function run(command, args, { timeout = 240, ...options }) {
  const child = start(command, args, options)
  const timer = setTimeout(() => signal(child, 'SIGKILL'), timeout * 1000)
  const code = await child.ended
  clearTimeout(timer)
  return { code, output: child.output }
}

/** Runs a command; throws with its output if it fails. */
export async function runOrThrow(command, args, options) {
  const { code, output } = await run(command, args, options)
  if (code === 0) return output
  throw new Error(`${[command, ...args].join(' ')} ended with ${code}:\n${output}`)
}

/**
 * Starts a server, and waits until it listens.
 *
 * @returns its address, what it has printed, and how to stop it
 */
export async function serve(
  command,
  args,
  { ready = /server listening on/, timeout = 180, ...options }
) {
  const child = start(command, args, options)
  const timer = setTimeout(() => signal(child, 'SIGKILL'), timeout * 1000)
  try {
    while (!ready.test(child.output)) {
      const event = await Promise.race([once(child, 'output'), child.ended.then(() => 'ended')])
      if (event === 'ended' && !ready.test(child.output)) {
        throw new Error(`${[command, ...args].join(' ')} has not started:\n${child.output}`)
      }
    }
  } finally {
    clearTimeout(timer)
  }
  return {
    url: /https?:\/\/localhost:\d+/.exec(child.output)?.[0],
    output: () => child.output,
    stop: async () => {
      const forced = setTimeout(() => signal(child, 'SIGKILL'), 10_000)
      signal(child, 'SIGTERM')
      const code = await child.ended
      clearTimeout(forced)
      return code
    }
  }
}

function signal(child, name) {
  try {
    process.kill(-child.pid, name)
  } catch {
    child.kill(name)
  }
}

/** Ends what is left, when the tests are interrupted or over. */
export async function endAll() {
  const left = [...running]
  for (const child of left) signal(child, 'SIGKILL')
  await Promise.all(left.map((child) => child.ended))
}
