import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { SAMPLE } from '../../../support/sample.js'

const PAGE = join(SAMPLE, 'docs/differences.md')

/** Titles on the page of differences; what is none of them is a defect. */
export const documented: ReadonlySet<string> = new Set(
  [...readFileSync(PAGE, 'utf8').matchAll(/^### (.+)$/gm)].map(([, title = '']) => title)
)
