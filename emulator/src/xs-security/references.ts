import type { JsonNode } from './json-node.js'

/** An application as another one's descriptor names it. */
export interface AppReference {
  /** `application`: by its `xsappname`; `service`: by the name of its service instance; `id`: by its full name. */
  by: 'application' | 'service' | 'id'
  name: string
}

/** A scope as `authorities` and `foreign-scope-references` name it. */
export type ScopeReference =
  /** Every scope that others grant: `$ACCEPT_GRANTED_AUTHORITIES`, `$ACCEPT_GRANTED_SCOPES`. */
  | { kind: 'granted' }
  /** A scope of the application itself: `$XSAPPNAME.Viewer`. */
  | { kind: 'own'; scope: string }
  /** A scope of another application, without its prefix, and the place that names it. */
  | { kind: 'foreign'; app: AppReference; scope: string; node: JsonNode }
  /** Taken as it is: `uaa.user`. */
  | { kind: 'plain'; scope: string }

/** Plan, optionally the subaccount, and the name: `$XSAPPNAME(application,orders)`. */
const APPLICATION = /^\$XSAPPNAME\(\s*[\w*-]+\s*,\s*(?:[\w*-]+\s*,\s*)?([\w\-/\\*]+)\s*\)/
const SERVICE = /^\$XSSERVICENAME\(\s*([^()]+?)\s*\)/

/**
 * Reads the name of another application.
 *
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`
 */
export function readApp(node: JsonNode): AppReference {
  const text = node.text()
  const found = split(text)
  if (found?.rest === '') return found.app
  if (!text.startsWith('$')) return { by: 'id', name: text }
  return node.fail(
    `names "${text}": use "$XSAPPNAME(application,<xsappname>)" or "$XSSERVICENAME(<service instance>)"`
  )
}

/**
 * Reads the name of a scope; own ones are not looked up here.
 *
 * @param granted - the word for whatever others grant
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`
 */
export function readScopeReference(node: JsonNode, granted: string): ScopeReference {
  const text = node.text()
  if (text === granted) return { kind: 'granted' }
  if (text.startsWith('$XSAPPNAME.')) return { kind: 'own', scope: text }
  const found = split(text)
  if (found && found.rest.length > 1 && found.rest.startsWith('.')) {
    return { kind: 'foreign', app: found.app, scope: found.rest.slice(1), node }
  }
  if (!text.startsWith('$')) return { kind: 'plain', scope: text }
  return node.fail(
    `names "${text}": use "${granted}", "$XSAPPNAME.<scope>" or "$XSAPPNAME(application,<xsappname>).<scope>"`
  )
}

function split(text: string): { app: AppReference; rest: string } | undefined {
  for (const [by, pattern] of [
    ['application', APPLICATION],
    ['service', SERVICE]
  ] as const) {
    const [all, name] = pattern.exec(text) ?? []
    if (all && name) return { app: { by, name }, rest: text.slice(all.length) }
  }
  return undefined
}
