import { EventEmitter } from 'node:events'

import { readToken } from '../../../src/explain/token/read-token.js'

/** A terminal at which somebody types. */
class Terminal extends EventEmitter {
  readonly isTTY = true
  readonly modes: boolean[] = []
  setRawMode(isRaw: boolean): this {
    this.modes.push(isRaw)
    return this
  }
  setEncoding(): this {
    return this
  }
  resume(): this {
    return this
  }
  pause(): this {
    return this
  }
}

let terminal: Terminal
let shown: string[]
const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!
beforeEach(() => {
  terminal = new Terminal()
  shown = []
  Object.defineProperty(process, 'stdin', { value: terminal, configurable: true })
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => shown.push(String(text)) > 0)
})
afterEach(() => {
  Object.defineProperty(process, 'stdin', stdin)
  jest.restoreAllMocks()
})

test('a token that is pasted at the terminal is read until Enter, and not shown', async () => {
  const read = readToken()
  for (const part of ['eyJ', 'x'.repeat(5000), '\r']) terminal.emit('data', part)
  expect((await read).trim()).toBe(`eyJ${'x'.repeat(5000)}`)
  expect(shown.join('')).not.toContain('eyJ')
  expect(terminal.modes).toEqual([true, false])
})

test('a token response of several lines is read to its end', async () => {
  const read = readToken()
  for (const part of ['{\r', '"access_token": "a"\r', '}\r']) terminal.emit('data', part)
  expect(JSON.parse(await read)).toEqual({ access_token: 'a' })
})

test('Ctrl-C ends it, and the terminal is as before', async () => {
  const read = readToken()
  terminal.emit('data', '\u0003')
  await expect(read).rejects.toThrow('nothing was read')
  expect(terminal.modes).toEqual([true, false])
  expect(terminal.listenerCount('data')).toBe(0)
})

test('nothing but Enter is no token', async () => {
  const read = readToken()
  terminal.emit('data', '\r')
  terminal.emit('data', '\u0004')
  await expect(read).rejects.toThrow('there is no token')
})
