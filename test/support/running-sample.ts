import type { Emulator, EmulatorOptions } from '../../emulator/src/index.js'
import { type Client, client } from './client.js'
import { startLandscape } from './emulator.js'
import { tokenOf } from './password-grant.js'
import { type Sample, type SampleOptions, startSample } from './sample.js'

/** Virtual address of S/4 in the sample's landscape. */
const S4 = 's4.internal:44300'

type Options = Omit<SampleOptions, 'emulator'>

/** The sample with its landscape, for one test file. */
export class RunningSample {
  readonly #clients: Client[] = []
  readonly emulator: Emulator
  readonly sample: Sample

  constructor(emulator: Emulator, sample: Sample) {
    this.emulator = emulator
    this.sample = sample
  }

  /**
   * @param options - can depend on the landscape, once it runs
   * @param landscape - what is different from the sample's own landscape
   */
  static async start(
    options: Options | ((emulator: Emulator) => Options) = {},
    landscape: Partial<EmulatorOptions> = {}
  ): Promise<RunningSample> {
    const emulator = await startLandscape(landscape)
    try {
      return new RunningSample(
        emulator,
        await startSample({
          emulator,
          ...(typeof options === 'function' ? options(emulator) : options)
        })
      )
    } catch (error) {
      await emulator.stop()
      throw error
    }
  }

  /** A client with a token of the user from the password grant; of the application itself without a name. */
  async as(user?: string): Promise<Client> {
    return this.with(`Bearer ${await tokenOf(this.emulator, user)}`)
  }

  /** A client with any `Authorization` header, or none. */
  with(authorization?: string): Client {
    const one = client(this.sample.url, authorization)
    this.#clients.push(one)
    return one
  }

  /** What S/4 recorded while `work` ran, and how many connections the proxy accepted. */
  async recorded<T>(work: () => Promise<T>) {
    const before = (await this.audit()).length
    const connections = this.emulator.connections.connectivity
    const result = await work()
    const entries = (await this.audit()).slice(before)
    return { result, entries, connections: this.emulator.connections.connectivity - connections }
  }

  audit() {
    return this.emulator.system(S4).audit()
  }

  async stop(): Promise<void> {
    for (const each of this.#clients) each.close()
    await this.sample.stop()
    await this.emulator.stop()
  }
}
