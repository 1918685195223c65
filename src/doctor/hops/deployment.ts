import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { asJson, type Json, readFile } from '../exports.js'
import type { Facts } from '../facts.js'
import { broken, doubtful, type Finding, right, unseen } from '../row.js'
import { manifestFindings } from './manifest.js'

/** API of the sidecar for multitenancy, as `cds add` names it: the platform calls it, without a user. */
const SIDECAR_API = 'mtx-api'

/** A module of `mta.yaml`, as far as it is looked at here. */
interface Module {
  readonly name: string
  readonly type: string
  readonly path: string | undefined
  readonly requires: readonly Json[]
  readonly provides: readonly string[]
}

/** Looks at what is deployed: `mta.yaml`, and the routes of the application router. */
export function deploymentFindings(facts: Facts): Finding[] {
  const { options, root } = facts
  const path = options.mta ?? join(root, 'mta.yaml')
  if (!existsSync(path) && options.mta === undefined) {
    return [
      unseen('mta.yaml', 'there is none here', 'Add --mta <file>.'),
      ...routerFindings(options.xsApp, undefined)
    ]
  }
  const mta = asJson(readFile('--mta', path))
  if (mta['applications'] !== undefined) {
    const found = manifestFindings(listOf(mta['applications']))
    return [...found, ...routerFindings(options.xsApp, undefined)]
  }
  const all = listOf(mta['modules']).map(moduleOf)
  const modules = all.filter(({ provides }) => !provides.includes(SIDECAR_API))
  const resources = listOf(mta['resources'])
  const router = modules.find(({ type }) => type.startsWith('approuter'))
  const own = join(dirname(path), router?.path ?? '.', 'xs-app.json')
  const xsApp = options.xsApp ?? (router && existsSync(own) ? own : undefined)
  return [
    ...applicationFindings(modules, resources, facts),
    ...(router ? forwardFindings(router, modules) : []),
    ...routerFindings(xsApp, router)
  ]
}

function moduleOf(json: Json): Module {
  const { name, type, path, requires, provides } = json
  return {
    name: String(name),
    type: String(type),
    path: typeof path === 'string' ? path : undefined,
    requires: listOf(requires),
    provides: listOf(provides).map((each) => String(each['name']))
  }
}

function listOf(value: unknown): Json[] {
  const list: unknown[] = Array.isArray(value) ? value : []
  return list.map((each) => (typeof each === 'string' ? { name: each } : asJson(each)))
}

/** Looks at the application's own module: it binds what the calls need. */
function applicationFindings(
  modules: readonly Module[],
  resources: readonly Json[],
  facts: Facts
): Finding[] {
  const applications = modules.filter(
    ({ type, provides, name }) =>
      type.startsWith('nodejs') && (provides.length > 0 || name.includes('srv'))
  )
  if (!applications.length)
    return [unseen('mta.yaml', 'there is no module of an application in it')]
  const needed = neededServices(facts, resources)
  return applications.flatMap((module) => bindingFindings(module, resources, needed))
}

function bindingFindings(
  { name, requires }: Module,
  resources: readonly Json[],
  needed: readonly (readonly string[])[]
): Finding[] {
  const title = `mta.yaml, module "${name}"`
  const names = requires.map((each) => each['name'])
  const bound = resources.filter((each) => names.includes(each['name'])).map(serviceOf)
  const missing = needed.filter((services) => !services.some((each) => bound.includes(each)))
  const sent = bound.filter(Boolean).join(', ') || 'nothing'
  if (!missing.length) return [right(title, `binds ${sent}`)]
  const isUnknown = resources.some((each) => names.includes(each['name']) && !serviceOf(each))
  return missing.map((services) => {
    if (isUnknown) {
      const cause = `it binds a resource that does not say its service, which may be ${services.join(' or ')}`
      return unseen(title, cause, 'Write "service" into the "parameters" of the resource.')
    }
    const expected = services.join(' or ')
    const resource = resources.find((each) => services.includes(serviceOf(each)))
    const fix = resource
      ? `Add "- name: ${String(resource['name'])}" to "requires" of the module.`
      : `Add a resource of service "${expected}", and its name to "requires" of the module.`
    return broken(title, `it does not bind ${expected}`, fix, {
      sent,
      expected,
      code: 'ERR_CONFIGURATION'
    })
  })
}

function serviceOf(resource: Json): string {
  const { service } = asJson(resource['parameters'])
  return typeof service === 'string' ? service : ''
}

/** Returns the services that the application needs; of each list, one is enough. */
function neededServices(facts: Facts, resources: readonly Json[]): string[][] {
  const { services, destinations, auth } = facts
  const others = Object.values(auth.issuers ?? {})
  const has = (service: string) => resources.some((each) => serviceOf(each) === service)
  const isOnPremise = [...destinations.values()].some(
    ({ configuration }) => configuration?.['ProxyType'] === 'OnPremise'
  )
  const usesDestination = services.some(({ destination }) => destination !== undefined)
  const isOthersOnly =
    others.length > 0 &&
    !has('xsuaa') &&
    !has('identity') &&
    !others.some((each) => asJson(each)['exchange'])
  return [
    ...(isOthersOnly ? [] : [['xsuaa', 'identity']]),
    ...(usesDestination || has('destination') ? [['destination']] : []),
    ...(isOnPremise || has('connectivity') ? [['connectivity']] : [])
  ]
}

/** Looks at the destinations of the application router: they forward the token of the user. */
function forwardFindings({ name, requires }: Module, modules: readonly Module[]): Finding[] {
  const provided = modules.flatMap(({ provides }) => provides)
  const targets = requires.filter(
    (each) => each['group'] === 'destinations' && provided.includes(String(each['name']))
  )
  const title = `mta.yaml, module "${name}"`
  if (!targets.length) {
    return [
      unseen(
        title,
        'it names no module as a destination',
        'Where its destinations are elsewhere, look at them there.'
      )
    ]
  }
  return targets.map((each) => {
    const { forwardAuthToken, name: own } = asJson(each['properties'])
    const target = `destination "${String(own ?? each['name'])}"`
    if (forwardAuthToken === true)
      return right(title, `forwards the token of the user to ${target}`)
    const fix = `Set "forwardAuthToken: true" in "properties" of "${String(each['name'])}".`
    const details = {
      sent: forwardAuthToken === undefined ? 'none' : JSON.stringify(forwardAuthToken),
      expected: 'forwardAuthToken: true'
    }
    return broken(title, `it does not forward the token of the user to ${target}`, fix, {
      ...details,
      code: 'ERR_CREDENTIALS_MISSING'
    })
  })
}

/** Looks at the routes to the application: a user has to be logged on. */
function routerFindings(xsApp: string | undefined, router: Module | undefined): Finding[] {
  const title = 'xs-app.json'
  if (!xsApp) {
    return router ? [unseen(title, 'it was not given', 'Add --xs-app <file>.')] : []
  }
  const { routes, authenticationMethod } = asJson(readFile('--xs-app', xsApp))
  const toApplication = listOf(routes).filter(
    ({ destination }) => destination !== undefined && destination !== SIDECAR_API
  )
  if (authenticationMethod === 'none') {
    const details = {
      sent: '"none"',
      expected: '"route"',
      code: 'ERR_CREDENTIALS_MISSING'
    } as const
    const cause = 'no route has a user: authenticationMethod'
    return [broken(title, cause, 'Set "authenticationMethod": "route".', details)]
  }
  const open = toApplication.filter((each) => each['authenticationType'] === 'none')
  if (!toApplication.length) {
    return [doubtful(title, 'no route leads to a destination', 'Add a route to the application.')]
  }
  if (!open.length) return [right(title, 'the routes to destinations need a user')]
  return open.map((each) => {
    const cause = `route "${String(each['source'])}" to destination "${String(each['destination'])}" has no user`
    const fix =
      'Set "authenticationType": "xsuaa" (or "ias") for the route, or remove it: then it is the default.'
    const details = {
      sent: '"none"',
      expected: '"xsuaa" or "ias"',
      code: 'ERR_CREDENTIALS_MISSING'
    }
    return broken(title, cause, fix, details as Pick<Finding, 'sent' | 'expected' | 'code'>)
  })
}
