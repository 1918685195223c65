import cds from '@sap/cds'

import {
  type ConfigurationFile,
  isObject,
  objectAt,
  readConfiguration
} from './configuration-file.js'
import { ownManifest } from '../configuration/own-package.js'
import { isProxyInChart, separateInChart } from './chart.js'
import { developmentKit } from './development-kit.js'
import { addEditorSettings } from './editor-settings.js'
import { type Issuers, issuersOf, requireIssuers } from './issuers.js'
import { hasOnPremiseDestination } from './on-premise.js'
import {
  authSectionsOf,
  choosePrincipal,
  dropImplementations,
  hasAuth,
  isPrincipalChosen,
  keepPrincipal,
  yieldToPrincipal
} from './project-requires.js'
import { completeDescriptor } from './security-descriptor.js'
import type { FacetRegistry } from '../cap-dk-types.js'

/** Files in which a Node.js project has its configuration; the first one wins over the second. */
const FILES = ['package.json', '.cdsrc.json']
/** The file of one developer, where `cds bind` writes kinds; it wins over the others. */
const PRIVATE_FILE = '.cdsrc-private.json'
const PACKAGE = 'cds-principal'
const EMULATOR = 'cds-principal-emulator'
/** Facets that write bindings of the issuers, or destinations of the application router. */
const DEPLOYING =
  /^(mta|cf-manifest|kyma|approuter|multitenancy|html5-repo|app-frontend|portal|workzone.*)$/

/**
 * Registers the facet `principal` of `cds add`: dependency, kind of authentication, `xs-security.json`, and the bindings of
 * the deployment. The facets `xsuaa`, `ias`, `destination` and `connectivity` of `@sap/cds-dk` write these; in later
 * commands, too, such as `cds add mta`, they see that the project has what `principal` stands for.
 *
 * @internal
 */
export function registerFacet(add: FacetRegistry): void {
  if (isChosen()) presentAsStock()
  add.register(
    'principal',
    class PrincipalFacet extends add.Plugin {
      static help() {
        return 'principal propagation: calls of remote services as the user of the request'
      }
      static hasInProduction() {
        return isChosen()
      }
      override canRun() {
        return Promise.resolve(readConfiguration(cds.root, 'package.json') !== undefined)
      }
      override requires() {
        return requiredFacets(configurations())
      }
      override run() {
        addToProject()
        const problem = addEditorSettings(cds.root)
        if (problem) console.log(problem)
        presentAsStock()
        return Promise.resolve()
      }
      override combine() {
        return combine()
      }
    }
  )
}

const configurations = () => FILES.flatMap((name) => readConfiguration(cds.root, name) ?? [])
const isChosen = () => configurations().some(({ cds }) => isPrincipalChosen(cds))

/** Facets that the command adds. Those of `seen` are what other facets find added: CAP reads the first argument only. */
function facetsOfCommand(): { all: string[]; seen: string[] } {
  const { argv = [], options } = developmentKit().cli ?? {}
  const [seen = [], ...others] = argv.map((text) => text.split(/[,\s]/))
  const required = [...(options?.add ?? [])]
  return { all: [...seen, ...others.flat(), ...required], seen: [...seen, ...required] }
}

const issuersIn = (files: readonly ConfigurationFile[]) => issuersOf(files, facetsOfCommand().all)

function requiredFacets(files: readonly ConfigurationFile[]): string[] {
  const { xsuaa, ias } = issuersIn(files)
  const needsProxy = hasOnPremiseDestination(files) && !isProxyInChart(cds.root)
  return [
    ...(xsuaa ? ['xsuaa'] : []),
    ...(ias ? ['ias'] : []),
    'destination',
    ...(needsProxy ? ['connectivity'] : [])
  ]
}

function addToProject(): void {
  const files = configurations()
  const issuers = issuersIn(files)
  const [manifest] = files
  const place = files.find((file) => hasAuth(file.cds)) ?? manifest
  if (!manifest || !place) return
  const local = readConfiguration(cds.root, PRIVATE_FILE)
  const all = local ? [...files, local] : files
  for (const impl of all.flatMap(({ cds }) => dropImplementations(cds)))
    console.log(`cds.requires.auth.impl "${impl}" is removed: authentication is cds-principal's`)
  for (const file of files) keepPrincipal(file.cds)
  if (local) yieldToPrincipal(local.cds)
  choosePrincipal(place.cds)
  requireIssuers(files, place.cds, issuers)
  addDependency(manifest)
  for (const file of files) file.save()
  if (local?.save()) console.log(`${PRIVATE_FILE}: what turned principal off is removed`)
}

/** Adds the plugin to the sidecar, which needs CAP's users beside those of the application in development. */
function addToSidecar(): void {
  const sidecar = readConfiguration(cds.root, 'mtx/sidecar/package.json')
  const manifest = readConfiguration(cds.root, 'package.json')
  if (!sidecar || !manifest) return
  const { [PACKAGE]: range } = objectAt(manifest.content, 'dependencies')
  objectAt(sidecar.content, 'dependencies')[PACKAGE] ??= range
  sidecar.save()
}

/** The plugin as a development dependency would be missing where the application is deployed; the emulator has to be missing there. */
function addDependency({ content }: ConfigurationFile): void {
  const dependencies = objectAt(content, 'dependencies')
  const development = isObject(content['devDependencies']) ? content['devDependencies'] : {}
  dependencies[PACKAGE] ??= development[PACKAGE] ?? `^${ownManifest().version}`
  delete development[PACKAGE]
  if (EMULATOR in dependencies || isEmulatorOff()) return
  objectAt(content, 'devDependencies')[EMULATOR] ??= `^${ownManifest().version}`
}

/** True if the project does without the emulated BTP services. */
function isEmulatorOff(): boolean {
  const sections = configurations().flatMap(({ cds }) => authSectionsOf(cds))
  return sections.some((auth) => isObject(auth) && auth['emulator'] === false)
}

/**
 * Lets the facets of `@sap/cds-dk` see XSUAA or Identity Authentication where the project has `principal`, and the
 * Connectivity service where it has an on-premise destination. It is the environment of this process only.
 */
function presentAsStock(): void {
  const files = configurations()
  process.env['cds_requires_auth_kind'] = issuersIn(files).xsuaa ? 'xsuaa' : 'ias'
  if (hasOnPremiseDestination(files)) process.env['cds_requires_connectivity'] = 'true'
}

async function combine(): Promise<void> {
  const issuers = completeConfiguration()
  addToSidecar()
  if (issuers.xsuaa && issuers.ias) {
    separateInChart(cds.root)
    remindOfIdentity()
  }
  if (!issuers.xsuaa) return
  const problem = await completeDescriptor(cds.root)
  if (problem)
    console.log(
      'xs-security.json is left as it is, because there is no model that compiles. Run "cds add principal" again when there is ' +
        `one:\n${problem}`
    )
}

/** Keeps what the facets of the command stand for when their kinds are removed, and what they have seen in `presentAsStock`. */
function completeConfiguration(): Issuers {
  const files = configurations()
  const issuers = issuersIn(files)
  for (const file of files) keepPrincipal(file.cds)
  const place = files.find((file) => hasAuth(file.cds))
  if (place) {
    requireIssuers(files, place.cds, issuers)
    if (hasOnPremiseDestination(files)) objectAt(place.cds, 'requires')['connectivity'] ??= true
  }
  for (const file of files) file.save()
  return issuers
}

/** A command that does not add the facet `ias` writes the bindings of XSUAA only: the environment has room for one kind. */
function remindOfIdentity(): void {
  const { all, seen } = facetsOfCommand()
  if (seen.includes('ias') || !all.some((facet) => DEPLOYING.test(facet))) return
  console.log(
    'The new parts of the deployment have XSUAA only. Run "cds add principal" again, after the last facet: it adds ' +
      'Identity Authentication to all of them'
  )
}
