import { call, expect, printed } from './client.mjs'

const NOTE_SERVICE = `import cds from '@sap/cds'
const outcome = (call) => call.then(() => 'done', ({ code, message }) => code ?? message)
export default class NoteService extends cds.Service {
  init() {
    this.on('note', async ({ data, user, tenant }) => {
      const readAs = async (name) => outcome((await cds.connect.to(name)).run(SELECT.from('API_EQUIPMENT.Equipment')))
      const zone = user.authInfo?.token?.payload?.zid
      const asUser = await readAs('API_EQUIPMENT')
      console.log('[note]', JSON.stringify({ ...data, id: user.id, tenant, zone, asUser, asSystem: await readAs('EQUIPMENT_JOBS') }))
    })
    return super.init()
  }
}
`
const NOTING_SERVICE = `import cds from '@sap/cds'
export default async (srv) => {
  srv.on('note', async (req) => {
    const notes = cds.queued(await cds.connect.to('NoteService'))
    await notes.emit('note', req.data)
  })
}
`

/** A destination without a user, to the same system. */
export const TECHNICAL = {
  S4_TECHNICAL: {
    URL: 'http://s4.mock:8000',
    ProxyType: 'OnPremise',
    Authentication: 'NoAuthentication'
  }
}

/** An action that queues a message; its handler calls the remote system, on behalf of the user and of the system. */
export function addNotes(project) {
  const impl = project.writeModule('srv/note-service', NOTE_SERVICE)
  project.writeModule('srv/noting-service', NOTING_SERVICE)
  project.configure(({ cds }) => {
    cds.eventQueue = {
      useAsCAPOutbox: true,
      processEventsAfterPublish: true,
      isEventQueueActive: true
    }
    cds.requires.NoteService = {
      impl: `./${impl}`,
      outbox: true,
      outboxed: true,
      queued: true
    }
    cds.requires.EQUIPMENT_JOBS = {
      kind: 'odata',
      credentials: { destination: 'S4_TECHNICAL', path: '/sap/opu/odata/sap/API_EQUIPMENT' },
      onBehalfOf: 'systemUser'
    }
  })
  project.write(
    'srv/noting-service.cds',
    "@requires: 'authenticated-user' service NotingService { action note(text: String); }\n"
  )
}

/**
 * Queues a message as the user, and waits until it is processed.
 *
 * @returns what its handler found
 */
export async function note(server, user) {
  const body = { text: 'hello' }
  const noted = await call(server, 'POST', '/odata/v4/noting/note', { ...user, body })
  expect(noted.status === 204, 'the message is queued', noted, server)
  await printed(server, /\[note\] .*\}/, 'and processed')
  await printed(server, /eventqueue|event-queue/i, 'by event-queue')
  const result = JSON.parse(/\[note\] (.*\})/.exec(server.output())[1])
  expect(result.text === 'hello', 'with its data', result, server)
  expect(
    result.asUser === 'ERR_USER_TOKEN_REQUIRED',
    'nobody is called as the user',
    result,
    server
  )
  expect(result.asSystem === 'done', 'and as the system what is configured so', result, server)
  return result
}
