/** Stable codes of {@link EmulatorError}. */
export type EmulatorErrorCode =
  | 'ERR_EMULATOR_IN_PRODUCTION'
  | 'ERR_EMULATOR_FOREIGN_BINDINGS'
  | 'ERR_EMULATOR_OPTIONS'
  | 'ERR_EMULATOR_USERS'
  | 'ERR_EMULATOR_XS_SECURITY'
  | 'ERR_EMULATOR_BACKEND'
  | 'ERR_EMULATOR_START'
  | 'ERR_EMULATOR_NO_REQUEST'
  | 'ERR_EMULATOR_JOB'

/**
 * The emulator cannot start, or was asked for something it does not have.
 * The message names the setting and the fix, never a secret.
 */
export class EmulatorError extends Error {
  /** Stable, documented code, for instance `ERR_EMULATOR_USERS`. */
  readonly code: EmulatorErrorCode

  constructor(code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmulatorError'
    this.code = code
  }
}
