import type { Emulator } from '../../../emulator/src/index.js'
import type { User } from '../servers/landscape.js'

/** Milliseconds for which a client uses a token. */
const TOKEN_TIME = 15_000

/** Tokens that users have got by logging on. */
export class Tokens {
  readonly #emulator: Emulator
  readonly #tokens = new Map<User, { token: Promise<string>; until: number }>()

  constructor(emulator: Emulator) {
    this.#emulator = emulator
  }

  of(user: User): Promise<string> {
    const known = this.#tokens.get(user)
    if (known && known.until > Date.now()) return known.token
    const { name, tenant } = user
    const token = this.#emulator.issueToken({ user: name, ...(tenant && { tenant }) })
    this.#tokens.set(user, { token, until: Date.now() + TOKEN_TIME })
    return token
  }
}
