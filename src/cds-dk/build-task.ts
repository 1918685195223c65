import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

import cds from '@sap/cds'

import { cap } from '../cap.js'
import { nameSources } from '../restrictions/names/known.js'
import { lineOf, lintFindings } from '../restrictions/names/lint-findings.js'
import type { BuildTaskRegistry } from '../cap-dk-types.js'
import { withDescriptor } from './chart.js'

const DESCRIPTOR = 'xs-security.json'

/**
 * Registers the task `principal` of `cds build`: it checks the restrictions of the model, copies `xs-security.json` next to the
 * built service, where the checks at start compare names with it, and puts its content into the built Helm chart.
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
      /** Runs the task after all others: the chart has to be there. */
      get priority() {
        return -1
      }
      override async build() {
        if (authOf()?.lint !== false) await this.#lint()
        const file = join(cds.root, DESCRIPTOR)
        if (!existsSync(file)) return
        const isStaged = relative(this.task.dest, this.task.src).startsWith('..')
        if (isStaged) await this.copy(file).to(join(this.task.dest, DESCRIPTOR))
        await this.#describeInChart(file)
      }

      /** `cds up` gives Helm the descriptor for the kind `xsuaa` only: plugins are not loaded there, and can't say what they stand for. */
      async #describeInChart(file: string) {
        const chart = this.context.tasks.find((task) => task.for === 'helm')
        const path = chart && join(chart.dest, 'values.yaml')
        if (!path || !existsSync(path)) return
        const before = readFileSync(path, 'utf8')
        const after = withDescriptor(before, readFileSync(file, 'utf8'))
        if (after === undefined) this.pushMessage(NOT_IN_CHART, build.Plugin.WARNING)
        else if (after !== before) await this.write(after).to(path)
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

const NOT_IN_CHART =
  'chart/values.yaml: "xsuaa" is not a block with entries, so xs-security.json is not added. Give it to helm: ' +
  '--set-file xsuaa.jsonParameters=xs-security.json'

const authOf = () => cap.env.requires.auth
