import cds, { type Request } from '@sap/cds'

interface Question {
  agent: string
}

/** Asks agents from handlers. */
export class AskService extends cds.ApplicationService {
  override init() {
    this.on('ask', ({ data }: Request<Question>) => outcome(() => ask(data)))
    this.on('privileged', ({ data }: Request<Question>) =>
      outcome(() => cds.tx({ user: cds.User.privileged } as never, (() => ask(data)) as never))
    )
    this.on('spawned', ({ data }: Request<Question>) =>
      outcome(
        () =>
          new Promise((done, fail) => {
            const job = cds.spawn({ user: cds.User.privileged }, () => ask(data))
            job.on('succeeded', done)
            job.on('failed', fail)
          })
      )
    )
    return super.init()
  }
}

async function ask({ agent }: Question): Promise<unknown> {
  const remote = await cds.connect.to(agent)
  return remote.send('ask', { text: 'who is it?' })
}

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work())
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return JSON.stringify({ code, message })
  }
}
