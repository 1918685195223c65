import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The clock of a sample. */
export class Clock {
  readonly #folder = mkdtempSync(join(tmpdir(), 'cds-principal-clock-'))
  readonly #file = join(this.#folder, 'ahead')
  #ahead = 0

  constructor() {
    this.advance(0)
  }

  /** Goes into the environment of the sample. */
  get env(): Record<string, string> {
    return {
      CLOCK_FILE: this.#file,
      NODE_OPTIONS: `--require ${join(__dirname, 'clock.cjs')}`
    }
  }

  advance(seconds: number): void {
    this.#ahead += seconds * 1000
    // never half a file: somebody reads it whenever it wants to know the time
    writeFileSync(`${this.#file}.new`, String(this.#ahead))
    renameSync(`${this.#file}.new`, this.#file)
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}
