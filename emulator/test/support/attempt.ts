/** Messages of an error and its causes. */
export async function attempt(action: () => Promise<unknown>): Promise<unknown> {
  try {
    return await action()
  } catch (error) {
    const messages: string[] = []
    for (let e = error as Error | undefined; e; e = e.cause as Error | undefined) {
      messages.push(e.message)
    }
    return { error: messages.join(' ← ') }
  }
}
