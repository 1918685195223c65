import { createSigningKey, type SigningKey } from './signing-key.js'

/** The keys of one issuer: the one that signs, and those whose tokens are still accepted. */
export class SigningKeys {
  #keys: [current: SigningKey, ...former: SigningKey[]]

  private constructor(first: SigningKey) {
    this.#keys = [first]
  }

  /** One new key. */
  static async create(): Promise<SigningKeys> {
    return new SigningKeys(await createSigningKey())
  }

  /** Signs from now on. */
  get current(): SigningKey {
    return this.#keys[0]
  }

  /** All that are published, the current one first. */
  get published(): readonly SigningKey[] {
    return this.#keys
  }

  /** The published key with this id. */
  find(kid: unknown): SigningKey | undefined {
    return this.#keys.find((key) => key.kid === kid)
  }

  /** Replaces the current key by a new one. */
  async rotate(keepFormer: boolean): Promise<void> {
    const key = await createSigningKey()
    this.#keys = keepFormer ? [key, ...this.#keys] : [key]
  }
}
