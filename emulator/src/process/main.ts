import type { LocatedOptions } from '../types.js'
import { type Owners, watchOwners } from './owners.js'
import { AlreadyRunningError, serveLandscape } from './serve.js'

/** First message to this process. */
export interface StartMessage {
  readonly type: 'start'
  readonly options: LocatedOptions
  /** Changes with whatever the landscape was made of. */
  readonly fingerprint: string
  /** Process that the landscape must not outlive. */
  readonly owner: number
}

/** This process's answer. */
export type StartAnswer =
  | { readonly type: 'ready' }
  /** Another landscape runs already. */
  | { readonly type: 'running' }
  | { readonly type: 'failed'; readonly message: string }

/** The process in which a project's landscape runs; started by {@link attachLandscape}, ended with its last owner. */
async function run({ options, fingerprint, owner }: StartMessage): Promise<void> {
  const owners: { all?: Owners } = {}
  const served = await serveLandscape(options, {
    folder: options.root,
    fingerprint,
    onOwner: (pid) => owners.all?.add(pid),
    onStop: () => void end()
  })
  const end = async () => {
    owners.all?.stop()
    await served.close()
    process.exit(0)
  }
  owners.all = watchOwners(owner, () => void end())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void end())
}

process.once('message', (message: StartMessage) => {
  run(message).then(
    () => process.send?.({ type: 'ready' } satisfies StartAnswer),
    (error: unknown) => process.send?.(failure(error), () => process.exit(1))
  )
})

function failure(error: unknown): StartAnswer {
  if (error instanceof AlreadyRunningError) return { type: 'running' }
  return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
}
