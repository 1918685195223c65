/** Something in the project that has to do with a code. */
export interface Fact {
  readonly name: string
  /** One line each. */
  readonly values: readonly string[]
}
