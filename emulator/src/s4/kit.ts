/** Parts of a mocked system, for backends that are modules: `cds-principal-emulator/s4`. */
export { csrfProtection, type CsrfProtection } from './http/csrf.js'
export { inProcessAgent } from './http/in-process-agent.js'
