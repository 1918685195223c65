import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import process from 'node:process'

const ORG = { guid: 'org-1', name: 'acme' }
const SPACE = { guid: 'space-1', name: 'dev' }
const at = (guid) => ({ data: { guid } })

/**
 * A space of Cloud Foundry with service instances: the command `cf`, logged in, and the part of the API that `cds bind` calls. Keys
 * are made by `POST`, as on the platform.
 *
 * @param folder - for the command
 * @param instances - by name: label of the offering, and the credentials that its keys have
 * @returns the environment in which `cf` is found, and names of the keys that were made
 * @see https://v3-apidocs.cloudfoundry.org
 */
export async function startCloudFoundry(folder, instances) {
  const token = `bearer ${randomUUID()}`
  const keys = []
  const server = http.createServer(async (req, res) => {
    const { pathname, searchParams } = new URL(req.url, 'http://localhost')
    const isKnown = req.headers.authorization === token
    const body = req.method === 'POST' ? JSON.parse(await text(req)) : undefined
    const answer = isKnown && resource(instances, keys, pathname, searchParams, body)
    res.writeHead(isKnown ? (answer ? 200 : 404) : 401, { 'content-type': 'application/json' })
    res.end(JSON.stringify(answer || { errors: [{ detail: `${req.method} ${req.url}` }] }))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  writeCommand(folder, `http://127.0.0.1:${server.address().port}`, token)
  return {
    keys,
    env: { PATH: [folder, process.env.PATH].join(path.delimiter), CF_HOME: folder },
    stop: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    }
  }
}

async function text(req) {
  let content = ''
  for await (const chunk of req) content += chunk
  return content
}

function resource(instances, keys, pathname, query, body) {
  const [, , collection, guid] = pathname.split('/')
  const all = COLLECTIONS[collection]?.(instances, keys)
  if (!all) return undefined
  if (body) return created(keys, body)
  if (guid) return all.find((each) => each.guid === guid)?.details
  const filters = [...query].filter(([name]) => name in FILTERS)
  const matches = (each) => filters.every(([name, value]) => FILTERS[name](each) === value)
  return { resources: all.filter(matches) }
}

function created(keys, { name, relationships }) {
  keys.push({ name, instance: relationships.service_instance.data.guid })
  return {}
}

/** The guid of an instance, its plan and its offering is its name. */
const COLLECTIONS = {
  organizations: () => [ORG],
  spaces: () => [{ ...SPACE, relationships: { organization: at(ORG.guid) } }],
  service_instances: (instances) =>
    Object.keys(instances).map((name) => ({
      guid: name,
      name,
      type: 'managed',
      last_operation: { state: 'succeeded' },
      relationships: { space: at(SPACE.guid), service_plan: at(name) }
    })),
  service_plans: (instances) =>
    Object.keys(instances).map((name) => ({
      guid: name,
      name: 'application',
      relationships: { service_offering: at(name) }
    })),
  service_offerings: (instances) =>
    Object.entries(instances).map(([guid, { label }]) => ({ guid, name: label, tags: [label] })),
  service_credential_bindings: (instances, keys) =>
    keys.map(({ name, instance }) => ({
      guid: `${instance}.${name}`,
      name,
      instance,
      last_operation: { state: 'succeeded' },
      details: { credentials: instances[instance].credentials }
    }))
}
const FILTERS = {
  names: ({ name }) => name,
  guids: ({ guid }) => guid,
  service_instance_guids: ({ instance }) => instance
}

/** The CLI says which version it is, and the token and the target that it has from `cf login`. */
function writeCommand(folder, url, token) {
  fs.mkdirSync(folder, { recursive: true })
  const command = `#!/bin/sh
case "$1" in
  -v) echo 'cf version 8.14.1+4fa6ac4.2025-06-05' ;;
  oauth-token) echo '${token}' ;;
  target) printf 'API endpoint:   ${url}\\nAPI version:    3.195.0\\nuser:           alice\\norg:            ${ORG.name}\\nspace:          ${SPACE.name}\\n' ;;
  *) echo "'$1' is not a registered command" >&2; exit 1 ;;
esac
`
  fs.writeFileSync(path.join(folder, 'cf'), command, { mode: 0o755 })
}
