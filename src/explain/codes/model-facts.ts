import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { askedNames, grantsOf, ownServices, partsOf } from '../../restrictions/describe.js'
import type { Model } from '../../restrictions/model/definition.js'
import type { Project } from '../project/project.js'
import type { Fact } from './fact.js'

const NOBODY = { id: undefined, tenant: undefined, attr: {} }

/** Returns the roles that the model asks for, and the scopes of `xs-security.json`. @internal */
export async function roles(project: Project): Promise<Fact[]> {
  const model = await project.model()
  if (model instanceof Error) return [notLoaded(model)]
  const asked = askedNames(model, 'role').map(({ name, places }) => `${name}: ${places.join(', ')}`)
  return [{ name: 'roles in the model', values: asked }, ...scopes(project.root)]
}

/** Returns the conditions of entities, with the attributes that they ask for. @internal */
export async function conditions(project: Project): Promise<Fact[]> {
  const model = await project.model()
  if (model instanceof Error) return [notLoaded(model)]
  const attributes = askedNames(model, 'attribute').map(
    ({ name, places }) => `${name}: ${places.join(', ')}`
  )
  return [
    { name: 'attributes in the model', values: attributes.length ? attributes : ['none'] },
    { name: 'conditions', values: conditionsOf(model) }
  ]
}

function conditionsOf(model: Model): string[] {
  return ownServices(model)
    .flatMap((service) => partsOf(model, service.name))
    .flatMap(({ name, definition }) =>
      grantsOf(definition, NOBODY).flatMap(({ events, roles, where }) =>
        where ? `${name}: ${events.join(', ')} to ${roles.join(', ')} where ${where}` : []
      )
    )
}

function notLoaded({ message }: Error): Fact {
  const [line = ''] = message.split('\n')
  return { name: 'model', values: [`can't be loaded here: ${line}`] }
}

/** Content of `xs-security.json` that is read here. */
interface Descriptor {
  readonly scopes?: readonly Scope[]
  readonly 'role-templates'?: readonly {
    readonly name?: string
    readonly 'scope-references'?: readonly string[]
  }[]
}

interface Scope {
  readonly name?: string
  readonly 'grant-as-authority-to-apps'?: readonly string[]
  readonly 'granted-apps'?: readonly string[]
}

function scopes(root: string): Fact[] {
  const descriptor = descriptorOf(root)
  if (!descriptor) return [{ name: 'xs-security.json', values: ['not found here'] }]
  const templates = descriptor['role-templates'] ?? []
  const values = (descriptor.scopes ?? []).map(({ name = '' }) => {
    const names = templates.filter((each) => each['scope-references']?.includes(name))
    return `${shortName(name)}: ${names.map((each) => each.name).join(', ') || 'no role template'}`
  })
  return [{ name: 'scopes and their role templates', values }]
}

/** Returns the scopes that other applications get. @internal */
export function foreignGrants({ root }: Project): Fact[] {
  const values = (descriptorOf(root)?.scopes ?? []).flatMap(({ name = '', ...grants }) => {
    const apps = [grants['grant-as-authority-to-apps'] ?? [], grants['granted-apps'] ?? []].flat()
    return apps.length ? `${shortName(name)}: ${apps.join(', ')}` : []
  })
  const none = 'none in xs-security.json'
  return [{ name: 'scopes for other applications', values: values.length ? values : [none] }]
}

function descriptorOf(root: string): Descriptor | undefined {
  try {
    return JSON.parse(readFileSync(join(root, 'xs-security.json'), 'utf8')) as Descriptor
  } catch {
    return undefined // not there, or no JSON: the start says so
  }
}

const shortName = (scope: string) => scope.replace('$XSAPPNAME.', '')
