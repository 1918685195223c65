import type { X509Certificate } from 'node:crypto'
import { EmulatorError } from '../emulator-error.js'
import { thumbprint } from '../http/client-certificate.js'
import type { EmulatorOptions } from '../types.js'
import { type Authority, LANDSCAPE_VALID_MS, type TlsIdentity } from './authority.js'

/** Limits of the option, in seconds: 30 days are the most that BTP allows. */
const LEAST_SECONDS = 5
const MOST_SECONDS = 2_592_000

/**
 * Certificate of a client: the one that its binding has. With former ones the client can log on until they end, as with those of a
 * binding that was rotated.
 */
export class BindingCertificate implements TlsIdentity {
  #current: TlsIdentity
  #accepted: Set<string>

  constructor(current: TlsIdentity) {
    this.#current = current
    this.#accepted = new Set([thumbprint(current.cert)])
  }

  get cert(): string {
    return this.#current.cert
  }

  get key(): string {
    return this.#current.key
  }

  /** True if the client has, or has had, this certificate. The TLS server has checked that it is still valid. */
  accepts(presented: X509Certificate): boolean {
    return this.#accepted.has(thumbprint(presented))
  }

  /** Replaces the certificate. @param keepFormer - false to refuse the former ones from now on */
  replace(next: TlsIdentity, keepFormer: boolean): void {
    this.#current = next
    if (!keepFormer) this.#accepted.clear()
    this.#accepted.add(thumbprint(next.cert))
  }
}

/** The certificates in the bindings of one landscape, which are replaced while it runs. */
export class BindingCertificates {
  readonly #authority: Authority
  readonly #validMs: number
  readonly #issued = new Map<string, BindingCertificate>()
  readonly #listeners: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  /**
   * @param validityInSec - of each certificate; half of it later the next one is issued. Without it, they are valid as long as a
   *   landscape runs, and nothing replaces them by itself.
   */
  constructor(authority: Authority, validityInSec?: number) {
    this.#authority = authority
    this.#validMs = validityInSec === undefined ? LANDSCAPE_VALID_MS : validityInSec * 1000
    if (validityInSec === undefined) return
    this.#timer = setInterval(() => void this.rotate(true), this.#validMs / 2).unref()
  }

  /** Issues the first certificate of a client. */
  async issue(clientId: string): Promise<BindingCertificate> {
    const certificate = new BindingCertificate(await this.#next(clientId))
    this.#issued.set(clientId, certificate)
    return certificate
  }

  /** Replaces all certificates. @param keepFormer - false: clients can't log on with the former ones any more */
  async rotate(keepFormer: boolean): Promise<void> {
    const all = [...this.#issued]
    const next = await Promise.all(all.map(([clientId]) => this.#next(clientId)))
    all.forEach(([, certificate], i) => {
      certificate.replace(next[i] as TlsIdentity, keepFormer)
    })
    for (const listener of this.#listeners) listener()
  }

  /** Calls a function after each rotation. */
  onRotation(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Ends the rotation. */
  close(): void {
    clearInterval(this.#timer)
    this.#listeners.length = 0
  }

  #next(clientId: string): Promise<TlsIdentity> {
    const subject = [{ CN: [clientId] }]
    return this.#authority.issue({ subject, usage: 'client', validMs: this.#validMs })
  }
}

/**
 * Checks the option `bindingCertificateValidityInSec`.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function checkCertificateValidity(options: EmulatorOptions): void {
  const { bindingCertificateValidityInSec: value } = options
  if (value === undefined) return
  if (Number.isInteger(value) && value >= LEAST_SECONDS && value <= MOST_SECONDS) return
  const range = `from ${LEAST_SECONDS} to ${MOST_SECONDS}`
  const text = `bindingCertificateValidityInSec must be a whole number ${range}`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}
