import type { IncomingMessage, ServerResponse } from 'node:http'

import type { RestartSettings } from './options.js'

/** Phase in the life of an instance. It takes requests when it is `UP`. */
type Phase = 'STARTING' | 'UP' | 'STOPPING'

/** Phase of this process; `undefined` if nothing watches over its restarts. */
let phase: Phase | undefined

/**
 * Returns true if this instance takes requests: it has fetched what it needs first, and does not end yet. For an endpoint of the
 * application's own. Without `cds.requires.auth.restart`, it is always true.
 */
export function isReady(): boolean {
  return phase === undefined || phase === 'UP'
}

/** True if the process is about to end. @internal */
export function isStopping(): boolean {
  return phase === 'STOPPING'
}

/** Sets the phase of this process. An instance that ends does not become ready again. @internal */
export function enterPhase(next: Phase): void {
  if (phase !== 'STOPPING') phase = next
}

/** Forgets the phase, for tests. @internal */
export function forgetPhase(): void {
  phase = undefined
}

type Handler = (req: IncomingMessage, res: ServerResponse) => void

/** Routes of an application of express. */
interface Routes {
  get(path: string, handler: Handler): unknown
}

/** Adds the endpoints for the platform. An earlier route of the application at the same path answers in their place. @internal */
export function addHealthEndpoints(app: Routes, { readyPath, livePath }: RestartSettings): void {
  if (livePath !== false)
    app.get(
      livePath,
      answer(() => ({ status: 'UP', isGood: true }))
    )
  if (readyPath === false) return
  app.get(
    readyPath,
    answer(() => ({ status: phase ?? 'UP', isGood: isReady() }))
  )
}

function answer(state: () => { status: string; isGood: boolean }): Handler {
  return (_, res) => {
    const { status, isGood } = state()
    res.writeHead(isGood ? 200 : 503, {
      'content-type': 'application/json',
      'cache-control': 'no-store'
    })
    res.end(JSON.stringify({ status }))
  }
}
