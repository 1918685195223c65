import type { Outcome } from '../http.js'

/** A call in a `$batch`. */
interface Part {
  readonly method: string
  readonly path: string
  readonly body?: object
}

/** Returns the content of a `$batch` in JSON. @param service - path of the service that all parts are of */
export function batchOf(parts: readonly Part[], service: string): object {
  const headers = { 'content-type': 'application/json' }
  return {
    requests: parts.map(({ method, path, body }, i) => {
      const url = path.slice(service.length + 1)
      return { id: String(i), method, url, ...(body && { headers, body }) }
    })
  }
}

/** Returns the outcomes of the calls in a `$batch`, in their order; none for a call without a response. */
export function outcomesIn({ body }: Outcome): (Outcome | undefined)[] {
  const { responses } = JSON.parse(body) as { responses: readonly Answer[] }
  const outcomes: Outcome[] = []
  for (const { id, status, body: content } of responses) {
    const code = content?.error?.code ?? ''
    outcomes[Number(id)] = { status, code, body: JSON.stringify(content ?? null) }
  }
  return outcomes
}

interface Answer {
  readonly id: string
  readonly status: number
  readonly body?: { readonly error?: { readonly code: string } }
}
