import { fork } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import { environment } from './processes.mjs'

/** Starts the emulator for a project, in another process; applications get its bindings as on a platform. */
export async function startLandscape(project, options = {}) {
  const script = path.join(import.meta.dirname, 'landscape.cjs')
  const child = fork(script, [JSON.stringify(options)], {
    cwd: project.folder,
    env: environment(project.env(project.kind === 'ts' ? { CDS_TYPESCRIPT: 'tsx' } : {})),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const waiting = new Map()
  child.on('message', ({ id, answer, error }) => {
    const { resolve, reject } = waiting.get(id)
    if (error) reject(new Error(`the emulator: ${error}`))
    else resolve(answer)
  })
  const answerTo = (id) => new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
  let count = 0
  const ask = (question, parameters) => {
    const answer = answerTo(++count)
    child.send({ id: count, question, options: parameters })
    return answer
  }
  await answerTo(0)
  const { vcapServices, ca } = await ask('landscape')
  const caFile = project.path('../ca-' + project.name + '.pem')
  fs.writeFileSync(caFile, ca)
  return {
    vcapServices,
    /** Environment with the bindings, as Cloud Foundry has them. */
    env: { NODE_EXTRA_CA_CERTS: caFile, VCAP_SERVICES: JSON.stringify(vcapServices) },
    /** Environment with the bindings as files, as Kyma has them. */
    fileEnv: {
      NODE_EXTRA_CA_CERTS: caFile,
      SERVICE_BINDING_ROOT: writeBindings(project, vcapServices)
    },
    token: (user, more = {}) => ask('token', { user, ...more }),
    changes: () => ask('changes'),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', resolve)
        child.disconnect()
      })
  }
}

/** @see https://servicebinding.io/spec/core/1.0.0/ with the metadata file of SAP's service operator */
function writeBindings(project, vcapServices) {
  const root = project.path('../bindings-' + project.name)
  for (const [label, [binding] = []] of Object.entries(vcapServices)) {
    if (!binding) continue
    const folder = path.join(root, binding.name)
    fs.mkdirSync(folder, { recursive: true })
    const files = {
      type: label,
      label,
      plan: binding.plan,
      tags: binding.tags,
      ...binding.credentials
    }
    const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value))
    for (const [name, value] of Object.entries(files)) {
      fs.writeFileSync(path.join(folder, name), text(value))
    }
    const property = (format) => (name) => ({ name, format: format(name) })
    const isText = (name) => (typeof files[name] === 'string' ? 'text' : 'json')
    const metadata = {
      metaDataProperties: ['type', 'label', 'plan', 'tags'].map(property(isText)),
      credentialProperties: Object.keys(binding.credentials).map(property(isText))
    }
    fs.writeFileSync(path.join(folder, '.metadata'), JSON.stringify(metadata))
  }
  return root
}
