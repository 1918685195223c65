import { loadMockAuth } from './door.js'

/** `cds-principal/mock-auth`: the authentication of mocks of the package `cds-principal-emulator`, under the name of this one. */
export const { mockAuth } = loadMockAuth()
export default mockAuth
