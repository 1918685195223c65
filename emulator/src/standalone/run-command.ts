import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

/** Signals that end a landscape. */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** One of these signals. */
export type EndSignal = (typeof END_SIGNALS)[number]

/** Milliseconds that processes have after a signal, once their shell has ended. */
const PATIENCE = 5000

/** A command that runs with the landscape. */
export interface RunningCommand {
  /** Its exit code, as a shell reports it: 128 and the signal's number after a signal. */
  readonly exitCode: Promise<number>
  /** Passes a signal on that this process has got. */
  readonly forward: (signal: EndSignal) => void
}

/**
 * Runs a command in the shell, with this process's input and output.
 *
 * At a terminal, the command stays in the foreground and gets Ctrl+C itself. Everywhere else it has a process group of its own,
 * so that a signal reaches also what the shell has started.
 */
export function runCommand(
  command: string,
  folder: string,
  env: NodeJS.ProcessEnv
): RunningCommand {
  const isGroup = !process.stdin.isTTY && process.platform !== 'win32'
  const child = spawn(inShell(command, isGroup), {
    cwd: folder,
    env,
    shell: true,
    stdio: 'inherit',
    detached: isGroup
  })
  let isSignalled = false
  const exitCode = exitCodeOf(child).then(async (code) => {
    if (isGroup && isSignalled && child.pid !== undefined) await groupEnd(child.pid)
    return code
  })
  return {
    exitCode,
    forward: (signal) => {
      isSignalled = true
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      if (isGroup) signalGroup(child.pid, signal)
      else if (signal !== 'SIGINT') child.kill(signal)
    }
  }
}

/** A shell that gets a signal shall wait for its command, and end with the exit code of that. */
function inShell(command: string, isGroup: boolean): string {
  if (process.platform === 'win32') return command
  return `trap 'exit $?' ${isGroup ? 'INT TERM HUP' : 'INT'}\n${command}`
}

/** Returns the exit code that a shell reports after a signal. */
export function codeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}

function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code, signal) => done(code ?? (signal ? codeOfSignal(signal) : 128)))
  })
}

/** Sends a signal to a process group. Returns false if it has ended. */
function signalGroup(pid: number, signal: EndSignal | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

/** Waits until the processes that a shell has started have ended as well: they may still need the landscape. */
async function groupEnd(pid: number): Promise<void> {
  const end = Date.now() + PATIENCE
  while (signalGroup(pid, 0) && Date.now() < end) await sleep(20)
}
