import { type Answer, client } from '../../../support/client.js'
import { startLandscape } from '../../../support/emulator.js'
import { tokenOf } from '../../../support/password-grant.js'
import { type Sample, type SampleOptions, startSample } from '../../../support/sample.js'
import type { Emulator, EmulatorOptions } from '../../../../emulator/src/index.js'

/** What both answered to the same request. */
export interface Both {
  readonly stock: Answer
  readonly own: Answer
}

/** One project twice in one landscape: with CAP's own auth strategy and remote service ("stock"), and with the plugin. */
export class Pair {
  readonly emulator: Emulator
  readonly stock: Sample
  readonly own: Sample

  private constructor(emulator: Emulator, stock: Sample, own: Sample) {
    this.emulator = emulator
    this.stock = stock
    this.own = own
  }

  static async start(
    options: Omit<SampleOptions, 'emulator' | 'plugin'>,
    landscape: Partial<EmulatorOptions> = {}
  ): Promise<Pair> {
    const emulator = await startLandscape(landscape)
    const starts = [false, true].map((plugin) => startSample({ ...options, emulator, plugin }))
    const [stock, own] = await Promise.allSettled(starts)
    if (stock?.status === 'fulfilled' && own?.status === 'fulfilled') {
      return new Pair(emulator, stock.value, own.value)
    }
    for (const each of [stock, own]) if (each?.status === 'fulfilled') await each.value.stop()
    await emulator.stop()
    throw stock?.status === 'rejected' ? stock.reason : (own as PromiseRejectedResult).reason
  }

  /** The same request to both, one after the other, with a token of the user. */
  async post(user: string, path: string, body: object): Promise<Both> {
    const token = `Bearer ${await tokenOf(this.emulator, user)}`
    const send = async ({ url }: Sample) => {
      const one = client(url, token)
      const answer = await one.post(path, body)
      one.close()
      return answer
    }
    return { stock: await send(this.stock), own: await send(this.own) }
  }

  async stop(): Promise<void> {
    await Promise.all([this.stock.stop(), this.own.stop()])
    await this.emulator.stop()
  }
}
