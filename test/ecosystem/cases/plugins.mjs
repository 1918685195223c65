import { aliceIsAlice, call, expect, printed } from '../support/client.mjs'
import { addNotes, note, TECHNICAL } from '../support/event-queue.mjs'
import { startLandscape } from '../support/landscape.mjs'
import { KINDS, Project } from '../support/project.mjs'

const BOOKS = '/odata/v4/catalog/Books'
const TITLE = { title: 'A book' }
let count = 0

/**
 * Other plugins, unmodified, next to this one: what the project needs for them, and that each does what it is for, with alice's
 * credentials. The project's own service has a local entity, `CatalogService.Books`.
 */
const CASES = {
  '@cap-js/change-tracking': {
    configure: (project) => {
      project.write(
        'db/notes.cds',
        'namespace tracked; entity Notes { key ID : Integer; title : String @changelog; }\n'
      )
      project.write(
        'srv/notes-service.cds',
        "using { tracked } from '../db/notes';\nservice NotesService @(requires: 'authenticated-user') { entity Notes as projection on tracked.Notes; }\n"
      )
    },
    check: async (server, alice) => {
      const path = '/odata/v4/notes/Notes'
      await call(server, 'POST', path, { ...alice, body: { ID: 1, title: 'A note' } })
      await call(server, 'PATCH', `${path}(1)`, { ...alice, body: TITLE })
      const changes = await call(server, 'GET', `${path}(1)/changes`, alice)
      const { value = [] } = changes.body ?? {}
      const tracked = value.some(({ valueChangedTo }) => valueChangedTo === TITLE.title)
      expect(tracked, 'the change is tracked', changes, server)
      expect(
        value.every(({ createdBy }) => createdBy === 'alice'),
        'as alice',
        changes,
        server
      )
    }
  },
  '@cap-js/audit-logging': {
    configure: (project) => {
      project.write(
        'srv/personal.cds',
        `using { CatalogService } from './cat-service';
annotate CatalogService.Books with @PersonalData: { DataSubjectRole: 'Reader', EntitySemantics: 'DataSubject' } {
  ID @PersonalData.FieldSemantics: 'DataSubjectID';
  title @PersonalData.IsPotentiallyPersonal;
}
`
      )
      project.configure(({ cds }) => {
        cds.requires['audit-log'] = { kind: 'audit-log-to-console', outbox: false }
      })
    },
    check: async (server, alice) => {
      await change(server, alice)
      await printed(
        server,
        /PersonalDataModified[^]*alice/,
        'the change of personal data is logged, as alice'
      )
    }
  },
  '@cap-js/telemetry': {
    configure: (project) => {
      project.configure(({ cds }) => {
        cds.requires.telemetry = { kind: 'telemetry-to-console' }
      })
    },
    check: async (server, alice) => {
      await call(server, 'GET', BOOKS, alice)
      await printed(server, /elapsed times|GET \/odata/, 'spans are exported')
    }
  },
  '@cap-js/attachments': {
    configure: (project) => {
      project.write(
        'srv/attached.cds',
        `using { CatalogService } from './cat-service';
using { Attachments } from '@cap-js/attachments';
extend CatalogService.Books with { attachments : Composition of many Attachments }
`
      )
      project.configure(({ cds }) => {
        cds.requires.attachments = { kind: 'db', scan: false }
      })
    },
    check: async (server, alice) => {
      const path = `${BOOKS}(ID=1)/attachments`
      const created = await call(server, 'POST', path, {
        ...alice,
        body: { filename: 'a.txt', mimeType: 'text/plain' }
      })
      expect(created.status === 201, 'an attachment is created', created, server)
      const { ID, createdBy } = created.body
      expect(createdBy === 'alice', 'by alice', created, server)
      const read = await call(server, 'GET', `${path}(up__ID=1,ID=${ID})`, alice)
      expect(read.body?.filename === 'a.txt', 'and read again', read, server)
    }
  },
  '@cap-js-community/odata-v2-adapter': {
    check: async (server, alice) => {
      const ID = `V2-${++count}`
      const path = `/odata/v2/plant/Equipment('${ID}')`
      const body = { ID, name: 'Pump', plant: '1010' }
      const created = await call(server, 'POST', '/odata/v2/plant/Equipment', { ...alice, body })
      expect(created.status === 201, 'alice creates a record by OData V2', created, server)
      const read = await call(server, 'GET', path, {
        ...alice,
        headers: { accept: 'application/json' }
      })
      expect(read.body?.d?.changedBy === 'ALICE', 'as ALICE in the remote system', read, server)
    }
  },
  '@cap-js/graphql': {
    configure: (project) => {
      project.write(
        'srv/memo-service.cds',
        `using { PlantService } from './plant-service';
annotate PlantService with @protocol: ['odata', 'graphql'];
entity my.Memos { key ID : Integer; owner : String }
@protocol: ['graphql']
service MemoService {
  @restrict: [{ grant: 'READ', to: 'Viewer', where: (owner = $user) }]
  entity Memos as projection on my.Memos
}
`
      )
      project.write('db/data/my-Memos.csv', 'ID;owner\n1;alice\n2;bob\n3;alice\n')
    },
    check: async (server, alice) => {
      const query = (query, who) => call(server, 'POST', '/graphql', { ...who, body: { query } })
      const MEMOS = '{ MemoService { Memos { nodes { ID } } } }'
      const own = await query(MEMOS, alice)
      const ids = own.body?.data?.MemoService?.Memos?.nodes?.map(({ ID }) => ID)
      expect(String(ids) === '1,3', 'alice reads her own records', own, server)
      const refused = await query(MEMOS, { token: `${alice.token}x` })
      expect(refused.status === 401, 'a bad token is refused', refused, server)
      const nobodys = await query(MEMOS, {})
      const [error] = nobodys.body?.errors ?? []
      expect(
        String(error?.path) === 'MemoService,Memos' && !nobodys.body.data.MemoService.Memos,
        'nothing without one',
        nobodys,
        server
      )
      const ID = `GQL-${++count}`
      const create = `mutation { PlantService { Equipment { create(input: { ID: "${ID}", name: "Pump", plant: "1010" }) { ID } } } }`
      const created = await query(create, alice)
      expect(!created.body?.errors, 'alice creates a record by GraphQL', created, server)
      const read = `{ PlantService { Equipment(filter: { ID: { eq: "${ID}" } }) { nodes { changedBy } } } }`
      const remote = await query(read, alice)
      const by = remote.body?.data?.PlantService?.Equipment?.nodes?.[0]?.changedBy
      expect(by === 'ALICE', 'as ALICE in the remote system', remote, server)
    }
  },
  '@cap-js-community/websocket': {
    configure: (project) => {
      project.write(
        'srv/chat-service.cds',
        "@protocol: 'websocket' @requires: 'authenticated-user'\nservice ChatService { action message(text: String); event received { text: String } }\n"
      )
      project.writeModule(
        'srv/chat-service',
        "export default (srv: any) => { srv.on('message', (req: any) => srv.emit('received', { text: `${req.user.id}: ${req.data.text}` })) }\n"
      )
      project.configure(({ cds }) => {
        cds.websocket = { kind: 'ws' }
      })
    },
    check: async (server, { token }) => {
      const refused = await websocket(server, undefined)
      expect(/closed|error/.test(refused), 'nobody without credentials', refused, server)
      const bad = await websocket(server, `${token}x`)
      expect(/closed|error/.test(bad), 'nor with a bad token', bad, server)
      const answer = await websocket(server, token)
      expect(answer.includes('alice: hello'), 'the message is from alice', answer, server)
    }
  },
  '@cap-js-community/event-queue': {
    configure: addNotes,
    check: async (server, alice) => {
      const { id } = await note(server, alice)
      expect(id === 'alice', 'the message says who has sent it', id, server)
    }
  }
}

export default function plugins(version) {
  return Object.keys(KINDS).flatMap((kind) =>
    Object.keys(CASES).flatMap((name) =>
      ['before', 'after'].map((order) => ({
        name: `cap${version}/${kind}/plugins/${name}/${order}`,
        version,
        run: (bench) => run(bench, kind, name, order)
      }))
    )
  )
}

/** The project and its landscape, which the cases of one version of CAP and one kind have in common. */
const shared = new Map()

function template(bench, kind) {
  const key = `${bench.version}/${kind}`
  const promise = shared.get(key) ?? createTemplate(bench, kind)
  shared.set(key, promise)
  return promise
}

async function createTemplate(bench, kind) {
  const project = await Project.create(bench, kind, `plugins-${kind}`)
  project.addPlantService()
  project.addPrincipal()
  project.configure(({ cds }) => {
    cds.requires.auth.emulator = { destinations: TECHNICAL }
  })
  return { project, landscape: await startLandscape(project) }
}

async function run(bench, kind, name, order) {
  const { project: original, landscape } = await template(bench, kind)
  const project = original.copy(`plugin-${kind}-${name.replace(/\W+/g, '-')}-${order}`)
  try {
    project.configure((manifest) => {
      delete manifest.dependencies['cds-principal']
    })
    project.addPrincipal({ [order]: [name] })
    CASES[name].configure?.(project)
    const server = await project.startCds(['serve'], { env: landscape.env })
    try {
      const alice = { token: await landscape.token('alice') }
      await CASES[name].check(server, alice)
      await aliceIsAlice(server, alice)
    } finally {
      await server.stop()
    }
  } finally {
    project.remove()
  }
}

async function change(server, alice) {
  const changed = await call(server, 'PATCH', `${BOOKS}(ID=1)`, { ...alice, body: TITLE })
  expect(changed.status === 200, 'alice changes a book', changed, server)
}

/** Sends one message, and returns what comes back, or why nothing does. */
function websocket(server, token) {
  return new Promise((resolve) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {}
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/ws/chat`, { headers })
    const end = (result) => {
      clearTimeout(timer)
      socket.close()
      resolve(result)
    }
    const timer = setTimeout(() => end('no answer'), 20_000)
    socket.onopen = () => {
      socket.send(JSON.stringify({ event: 'message', data: { text: 'hello' } }))
    }
    socket.onmessage = ({ data }) => end(String(data))
    socket.onerror = ({ message }) => end(`error: ${message}`)
    socket.onclose = ({ code }) => end(`closed: ${code}`)
  })
}
