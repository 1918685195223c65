import { join } from 'node:path'

import type { Emulator } from '../../emulator/src/index.js'
import { freePort } from '../../test/support/free-port.js'
import { type Sample, startSample } from '../../test/support/sample.js'
import type { Findings } from './findings.js'
import { ownEnd } from './own-end.js'

/** Attempts to start an instance: a platform would go on. */
const ATTEMPTS = 5

/** How the instances run. */
export interface InstanceSettings {
  readonly emulator: Emulator
  /** Authority of the system on the internet. */
  readonly ca: string
  readonly requires: Record<string, object>
  /** Folder with the bindings. */
  readonly bindings: string
}

interface Instance {
  readonly port: number
  sample: Sample | undefined
  /** True while somebody ends it on purpose. */
  isEnding: boolean
  /** Starts and ends of it, one after the other. */
  turn: Promise<void>
}

/** Processes of the sample, each at a port of its own that it keeps over restarts. */
export class Instances {
  /** Processes that CAP has ended because it could not roll back without PostgreSQL. */
  endedByDatabase = 0
  readonly #settings: InstanceSettings
  readonly #findings: Findings
  readonly #all: Instance[]
  /** What processes have printed that have ended. */
  readonly #printed: string[] = []

  private constructor(settings: InstanceSettings, findings: Findings, ports: readonly number[]) {
    this.#settings = settings
    this.#findings = findings
    process.once('exit', () => {
      for (const { sample } of this.#all) void sample?.kill()
    })
    this.#all = ports.map((port) => ({
      port,
      sample: undefined,
      isEnding: false,
      turn: Promise.resolve()
    }))
  }

  static async start(
    count: number,
    settings: InstanceSettings,
    findings: Findings
  ): Promise<Instances> {
    const ports: number[] = []
    while (ports.length < count) ports.push(await freePort())
    const instances = new Instances(settings, findings, ports)
    const [first, ...others] = instances.#all
    if (first) await instances.#start(first, { DEPLOY: 'true' })
    // two at a time: there are two cores
    for (let i = 0; i < others.length; i += 2) {
      await Promise.all(others.slice(i, i + 2).map((each) => instances.#start(each)))
    }
    return instances
  }

  get ports(): readonly number[] {
    return this.#all.map(({ port }) => port)
  }

  /** Ends a process as a crash does, and starts another one in its place. @param between - done in between */
  async crash(i: number, between: () => Promise<unknown>): Promise<void> {
    await this.#replace(i, async (sample) => {
      await sample.kill()
      await between()
      this.#printed.push(await sample.output())
    })
  }

  /** Ends a process as a platform does, and starts another one in its place. */
  async restart(i: number): Promise<void> {
    await this.#replace(i, async (sample) => {
      await sample.terminate()
      this.#printed.push(await sample.output())
      await sample.stop()
    })
  }

  /** All that was printed. */
  async output(): Promise<string> {
    const running = this.#all.map(({ sample }) => sample?.output() ?? '')
    return [...this.#printed, ...(await Promise.all(running))].join('\n')
  }

  async stop(): Promise<void> {
    for (const instance of this.#all) {
      await this.#inTurn(instance, async () => {
        instance.isEnding = true
        await instance.sample?.kill()
      })
    }
  }

  #replace(i: number, end: (sample: Sample) => Promise<void>): Promise<void> {
    const instance = this.#all[i] as Instance
    return this.#inTurn(instance, async () => {
      instance.isEnding = true
      if (instance.sample) await end(instance.sample)
      await this.#start(instance)
    })
  }

  #inTurn(instance: Instance, work: () => Promise<void>): Promise<void> {
    return (instance.turn = instance.turn.then(work))
  }

  /** Starts an instance again that has ended by itself, as a platform does. */
  async #revive(instance: Instance, sample: Sample): Promise<void> {
    const printed = await sample.output()
    const error = ownEnd(printed)
    if (error) this.#findings.add('an instance has ended by itself', error)
    else this.endedByDatabase++
    this.#printed.push(printed)
    await this.#inTurn(instance, async () => {
      if (instance.sample === sample) await this.#start(instance)
    })
  }

  async #start(instance: Instance, env: Record<string, string> = {}): Promise<void> {
    const { emulator, ca, requires, bindings } = this.#settings
    for (let attempt = 1; ; attempt++) {
      try {
        const sample = await startSample({
          ...{ emulator, ca, requires, extra: join(__dirname, 'app') },
          env: {
            ...{ NODE_ENV: 'production', VCAP_SERVICES: undefined, SERVICE_BINDING_ROOT: bindings },
            ...{ PORT: String(instance.port), ...env }
          }
        })
        instance.sample = sample
        instance.isEnding = false
        sample.printed(/(?!)/).catch(() => {
          if (!instance.isEnding && instance.sample === sample) void this.#revive(instance, sample)
        })
        return
      } catch (error) {
        this.#printed.push(String(error))
        if (attempt === ATTEMPTS) throw error
      }
    }
  }
}
