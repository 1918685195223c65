import cds from '@sap/cds'

import { ConfigurationError } from '../errors.js'

type Emulator = typeof import('cds-principal-emulator')
type Development = typeof import('cds-principal-emulator/development')
type Commands = typeof import('cds-principal-emulator/cli')
type MockAuth = typeof import('cds-principal-emulator/mock-auth')

/** The package with everything that must never be in production: a token issuer, a certificate authority, a log-on page. */
const EMULATOR = 'cds-principal-emulator'

/** Command that installs the emulator. @internal */
export const INSTALL_EMULATOR = `npm add --save-dev ${EMULATOR}`

/** Loads the emulator's public functions. @throws {@link ConfigurationError} when it is not installed @internal */
export function loadEmulator(): Emulator {
  return load('') as Emulator
}

/** Loads what this package needs of the emulator in development. @throws as {@link loadEmulator} @internal */
export function loadDevelopment(): Development {
  return load('/development') as Development
}

/** Loads the emulator's commands. @throws as {@link loadEmulator} @internal */
export function loadCommands(): Commands {
  return load('/cli') as Commands
}

/** Loads the authentication of mocks. @throws as {@link loadEmulator} @internal */
export function loadMockAuth(): MockAuth {
  return load('/mock-auth') as MockAuth
}

/** True if the emulator is installed, for this package or for the project. @internal */
export function isEmulatorInstalled(): boolean {
  return resolved('') !== undefined
}

function load(entry: string): unknown {
  const file = resolved(entry)
  if (file === undefined) {
    throw new ConfigurationError(
      `the emulated BTP services are not installed: ${INSTALL_EMULATOR} (in production, and with real services bound, they are not needed)`
    )
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` does not work in a project's jest
  return require(file)
}

/** The project's own comes second: this package may be linked from elsewhere. */
function resolved(entry: string): string | undefined {
  try {
    return require.resolve(EMULATOR + entry, { paths: [__dirname, cds.root] })
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
