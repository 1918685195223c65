import type { Emulator } from '../../../emulator/src/index.js'
import { requireNative } from '../../../src/lib/lazy.js'
import type { Database, OpenDatabase } from '../../support/databases.js'
import { startLandscape } from '../../support/emulator.js'
import type { SampleOptions } from '../../support/sample.js'
import { DelegationSample, LANDSCAPE, requiredServices } from './delegation-sample.js'

/** A process takes over after a second what another one has left, or has not finished yet. */
export const TAKE_OVER_SOON = {
  requires: { queue: { timeout: '1s' }, scheduling: { flushInterval: '500ms' } }
}

/** No process takes over what another one is working on, however busy the machine is. */
const PATIENT = { queue: { timeout: '10m' }, scheduling: { flushInterval: '500ms' } }

/** Processes of the sample with one database, which come and go. */
export class SharedDatabase {
  readonly #database: Database
  readonly #emulator: Emulator
  readonly #requires: Record<string, object>
  readonly #running: DelegationSample[] = []
  #isDeployed = false

  private constructor(database: Database, emulator: Emulator, requires: Record<string, object>) {
    this.#database = database
    this.#emulator = emulator
    this.#requires = requires
  }

  static async open(
    open: OpenDatabase,
    requires: Record<string, object> = {}
  ): Promise<SharedDatabase> {
    const database = await open()
    const emulator = await startLandscape(LANDSCAPE)
    return new SharedDatabase(database, emulator, {
      ...requiredServices({ credentials: 'keys' }),
      ...PATIENT,
      db: database.db,
      keys: await recordKeys(),
      ...requires
    })
  }

  /** Starts a process; the first one deploys. */
  async start({ requires, env }: Partial<SampleOptions> = {}): Promise<DelegationSample> {
    const sample = await DelegationSample.startWith(this.#emulator, {
      requires: { ...this.#requires, ...requires },
      env: { ...(!this.#isDeployed && { DEPLOY: 'true' }), ...env }
    })
    this.#isDeployed = true
    this.#running.push(sample)
    return sample
  }

  /** Ends all processes at once, as a crash does. */
  async crash(): Promise<void> {
    for (const { running } of this.#running.splice(0)) await running.sample.kill()
  }

  async stop(): Promise<void> {
    await this.crash()
    await this.#emulator.stop()
    await this.#database.stop()
  }
}

/** Binding with a key of records, for all processes of an application. */
async function recordKeys(): Promise<object> {
  const { exportJWK, generateKeyPair } = requireNative('jose') as typeof import('jose')
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  return { credentials: { recordKeys: await exportJWK(privateKey) } }
}
