import { join } from 'node:path'

import type { Emulator } from '../../../emulator/src/index.js'
import { freePort } from '../../../test/support/free-port.js'
import { type Sample, startSample } from '../../../test/support/sample.js'
import type { Findings } from '../checks/findings.js'
import { endGracefully, wrongWithEnd } from '../checks/graceful-end.js'
import { hasThrown, ownEnd } from '../checks/own-end.js'
import type { Troubles } from '../faults/troubles.js'

/** Characters of a log that are looked at twice, so that nothing is missed where two looks meet. */
const OVERLAP = 20_000

/** Characters at the end of a log that are looked through for one call. */
const LAST = 200_000

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

/** Where it is noted that instances end. */
export interface Reporting {
  readonly findings: Findings
  readonly troubles: Troubles
}

interface Instance {
  readonly port: number
  sample: Sample | undefined
  /** Characters of its output that were taken. */
  taken: number
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
  readonly #troubles: Troubles
  readonly #all: Instance[]
  /** What processes have printed that have ended, and nobody has taken yet. */
  #printed: string[] = []

  private constructor(
    settings: InstanceSettings,
    { findings, troubles }: Reporting,
    ports: readonly number[]
  ) {
    this.#settings = settings
    this.#findings = findings
    this.#troubles = troubles
    process.once('exit', () => {
      for (const { sample } of this.#all) void sample?.kill()
    })
    this.#all = ports.map((port) => ({
      port,
      sample: undefined,
      taken: 0,
      isEnding: false,
      turn: Promise.resolve()
    }))
  }

  static async start(
    count: number,
    settings: InstanceSettings,
    reporting: Reporting
  ): Promise<Instances> {
    const ports: number[] = []
    while (ports.length < count) ports.push(await freePort())
    const instances = new Instances(settings, reporting, ports)
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
      await this.#troubles.killing(() => sample.kill())
      await between()
      return sample.output()
    })
  }

  /** Ends a process as a platform does, and starts another one in its place. @param ending - called when it is told to end */
  async restart(i: number, ending: () => void): Promise<void> {
    await this.#replace(i, async (sample, port) => {
      ending()
      const end = await endGracefully(sample, port)
      for (const wrong of wrongWithEnd(end))
        this.#findings.add(`an instance was told to end: ${wrong}`, end.printed.slice(-500))
      return end.printed
    })
  }

  /** Returns what was printed since the last time, and the end of what was printed before. */
  async takeOutput(): Promise<string> {
    const running = this.#all.map(async (instance) => {
      const printed = (await instance.sample?.output()) ?? ''
      const from = Math.max(0, instance.taken - OVERLAP)
      instance.taken = printed.length
      return printed.slice(from)
    })
    const ended = this.#printed
    this.#printed = []
    return [...ended, ...(await Promise.all(running))].join('\n')
  }

  /** Returns what an instance has printed since it was started last. */
  async printedSinceStart(i: number): Promise<string> {
    return (await this.#all[i]?.sample?.output()) ?? ''
  }

  /** Returns the last lines of all running instances that have a text. */
  async logged(text: string): Promise<string[]> {
    const printed = await Promise.all(this.#all.map(({ sample }) => sample?.output() ?? ''))
    const lines = printed.flatMap((each) => each.slice(-LAST).split('\n'))
    return lines.filter((line) => line.includes(text)).map(copied)
  }

  async stop(): Promise<void> {
    for (const instance of this.#all) {
      await this.#inTurn(instance, async () => {
        instance.isEnding = true
        await instance.sample?.kill()
      })
    }
  }

  /** Keeps the output of a process that has ended, as far as it was not taken. */
  #print(i: number, printed: string): void {
    const instance = this.#all[i] as Instance
    this.#printed.push(printed.slice(Math.max(0, instance.taken - OVERLAP)))
    instance.taken = 0
  }

  /** @param end - ends a process, and returns what it has printed */
  #replace(i: number, end: (sample: Sample, port: number) => Promise<string>): Promise<void> {
    const instance = this.#all[i] as Instance
    return this.#inTurn(instance, async () => {
      instance.isEnding = true
      if (instance.sample) {
        const printed = await end(instance.sample, instance.port)
        this.#print(i, printed)
        if (hasThrown(printed)) this.#judgeOwnEnd(printed)
      }
      await this.#start(instance)
    })
  }

  #inTurn(instance: Instance, work: () => Promise<void>): Promise<void> {
    return (instance.turn = instance.turn.then(work))
  }

  /** Starts an instance again that has ended by itself, as a platform does. */
  async #revive(instance: Instance, sample: Sample): Promise<void> {
    const printed = await sample.output()
    this.#judgeOwnEnd(printed)
    await this.#inTurn(instance, async () => {
      if (instance.sample !== sample) return
      this.#print(this.#all.indexOf(instance), printed)
      await this.#start(instance)
    })
  }

  /** An error of CAP without PostgreSQL explains nothing while PostgreSQL is there. */
  #judgeOwnEnd(printed: string): void {
    const { error, isOfDatabase } = ownEnd(printed)
    const report = () => this.#findings.add('an instance has ended by itself', error)
    if (!isOfDatabase) report()
    this.#troubles.ended((wasDatabaseAway) => {
      if (!isOfDatabase) return
      if (wasDatabaseAway) this.endedByDatabase++
      else report()
    })
  }

  async #start(instance: Instance, env: Record<string, string> = {}): Promise<void> {
    const { emulator, ca, requires, bindings } = this.#settings
    for (let attempt = 1; ; attempt++) {
      try {
        const sample = await startSample({
          ...{ emulator, ca, requires, extra: join(__dirname, '../app') },
          env: {
            ...{ NODE_ENV: 'production', VCAP_SERVICES: undefined, SERVICE_BINDING_ROOT: bindings },
            ...{ PORT: String(instance.port), ...env }
          }
        })
        instance.sample = sample
        instance.isEnding = false
        void sample.ended.then(() => {
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

/** Returns the same text as a string of its own: a part of a string keeps all of it in memory. */
const copied = (text: string) => Buffer.from(text).toString()
