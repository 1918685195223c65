import { AsyncLocalStorage } from 'node:async_hooks'

import { type Context, context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'

/** Attributes of the events that were written to spans. */
export const spans: object[] = []

const storage = new AsyncLocalStorage<Context>()
context.setGlobalContextManager({
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, work, self, ...args) => storage.run(active, () => work.apply(self, args)),
  bind: (_, target) => target,
  enable: () => ({}) as never,
  disable: () => ({}) as never
})

/** Does work with a span that is recorded. */
export function traced<T>(work: () => T): T {
  const span = {
    isRecording: () => true,
    setAttributes: () => undefined,
    addEvent: (name: string, attributes: object) => spans.push({ name, ...attributes })
  }
  return context.with(trace.setSpan(context.active(), span as unknown as Span), work)
}
