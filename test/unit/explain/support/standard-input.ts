import { Readable } from 'node:stream'

const original = Object.getOwnPropertyDescriptor(process, 'stdin')!

/** Puts a text in place of the standard input, as a pipe does. */
export function pipe(text: string): void {
  Object.defineProperty(process, 'stdin', { value: Readable.from([text]), configurable: true })
}

/** Gives the process its own standard input back. */
export function restoreStandardInput(): void {
  Object.defineProperty(process, 'stdin', original)
}
