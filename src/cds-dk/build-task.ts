import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'

import cds from '@sap/cds'

import { cap } from '../cap.js'
import { nameSources } from '../restrictions/names/known.js'
import { lineOf, lintFindings } from '../restrictions/names/lint-findings.js'
import type { BuildTaskRegistry } from '../cap-dk-types.js'

const DESCRIPTOR = 'xs-security.json'

/**
 * Registers the task `principal` of `cds build`: it checks the restrictions of the model, and copies `xs-security.json` next to
 * the built service, where the checks at start compare names with it.
 *
 * @internal
 */
export function registerBuildTask(build: BuildTaskRegistry): void {
  build.register(
    'principal',
    class PrincipalBuildTask extends build.Plugin {
      static get taskDefaults() {
        return { src: cds.env.folders.srv }
      }
      static hasTask() {
        return authOf()?.kind === 'principal' && existsSync(join(cds.root, cds.env.folders.srv))
      }
      override async build() {
        if (authOf()?.lint !== false) await this.#lint()
        const file = join(cds.root, DESCRIPTOR)
        const isStaged = relative(this.task.dest, this.task.src).startsWith('..')
        if (isStaged && existsSync(file)) await this.copy(file).to(join(this.task.dest, DESCRIPTOR))
      }

      async #lint() {
        const model = await this.model()
        if (!model) return
        const findings = lintFindings(model, cds.root, nameSources(cap.env.requires))
        for (const each of findings) {
          this.pushMessage(lineOf(each), each.isError ? build.Plugin.ERROR : build.Plugin.WARNING)
        }
        if (!findings.some(({ isError }) => isError)) return
        throw new build.BuildError(
          'cds-principal: the model has conditions that can not be made safe ("lint": false in cds.requires.auth turns the check off)'
        )
      }
    }
  )
}

const authOf = () => cap.env.requires.auth
