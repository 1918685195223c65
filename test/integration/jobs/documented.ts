import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { SAMPLE } from '../../support/sample.js'

/** A row of the tables in docs/jobs.md. */
export interface Documented {
  readonly situation: string
  readonly status: number
  /** Value of `WWW-Authenticate`, if there is one. */
  readonly challenge: string | undefined
  /** Code in the log, if there is one. */
  readonly code: string | undefined
}

/** What docs/jobs.md says of every 401 and 403. */
export function documented(): Documented[] {
  const page = readFileSync(join(SAMPLE, 'docs/jobs.md'), 'utf8')
  const [, section = ''] = page.split('## 401 and 403\n')
  return section
    .split('\n')
    .filter((line) => /^\| .*\| \d{3} /.test(line))
    .map((line) => {
      const [, situation = '', status, challenge = '', code = ''] = line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim())
      return { situation, status: Number(status), challenge: quoted(challenge), code: quoted(code) }
    })
}

const quoted = (cell: string) => /^`(.*)`$/.exec(cell)?.[1]
