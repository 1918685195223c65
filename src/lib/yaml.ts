import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

import { cap } from '../cap.js'

/** Reads a YAML file with the library with which CAP reads its own. @internal */
export function readYaml(path: string): unknown {
  const content = readFileSync(path, 'utf8')
  const yaml = createRequire(join(cap.home, 'package.json'))('yaml') as {
    parse(text: string): unknown
  }
  return yaml.parse(content)
}
