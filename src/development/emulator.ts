import type { EmulatorError as TypeOfError } from 'cds-principal-emulator'

import { loadEmulator } from './door.js'

/** `cds-principal/emulator`: the exports of the package `cds-principal-emulator`, under the name of this one. */
export const { EmulatorError, startEmulator } = loadEmulator()
export type EmulatorError = TypeOfError
export type * from 'cds-principal-emulator'
