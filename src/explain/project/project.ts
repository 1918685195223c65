import cds from '@sap/cds'

import { cap, useProject } from '../../cap.js'
import type { Requires } from '../../cap-types.js'
import { joinRunningLandscape } from '../../development/running.js'
import { quietLibraries } from '../../lib/log.js'
import { type AuthOptions, type Bindings, bindingsOf } from '../../options.js'
import type { Model } from '../../restrictions/model/definition.js'

/** Options that all subjects have. */
export interface ProjectOptions {
  /** Folder of the CAP project. */
  readonly project: string
  /** Profiles of CAP, separated by commas. */
  readonly profile?: string | undefined
}

/** A CAP project as its server would find it. */
export interface Project {
  readonly root: string
  readonly profiles: readonly string[]
  readonly requires: Requires
  readonly auth: AuthOptions
  /** Credentials of XSUAA and Identity Authentication; none where nothing is bound. */
  readonly bindings: Bindings
  /** True if the bindings are those of the landscape that `cds watch` runs. */
  readonly landscape: boolean
  /** Returns the model, or the reason why it can't be loaded. */
  model(): Promise<Model | Error>
}

/**
 * Reads the configuration of a project, with the bindings that this process has: those of the environment, or in development
 * those of the landscape that runs for the project. Starts nothing.
 *
 * @internal
 */
export async function openProject({ project, profile }: ProjectOptions): Promise<Project> {
  useProject(project, profile)
  const { root } = cds
  quietLibraries()
  const { requires, profiles } = cap.env
  const auth = (requires.auth ?? { kind: 'none' }) as AuthOptions
  const landscape = await joinRunningLandscape(auth)
  let model: Promise<Model | Error> | undefined
  return {
    root,
    profiles,
    requires,
    auth,
    bindings: bindingsIn(auth, requires),
    landscape,
    model: () => (model ??= load())
  }
}

function bindingsIn(auth: AuthOptions, requires: Requires): Bindings {
  try {
    return bindingsOf(auth, requires)
  } catch {
    return {} // nothing is bound
  }
}

async function load(): Promise<Model | Error> {
  try {
    return cap.compile.for.nodejs(await cds.load('*'))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
