type Method = 'info' | 'warn' | 'error'

/** Keeps off the screen what the tests of a file make libraries and the plugin log. It can be looked at as a mock. */
export function muteConsole(...methods: Method[]): void {
  const mute = () => {
    for (const method of methods) jest.spyOn(console, method).mockImplementation(() => undefined)
  }
  beforeAll(mute)
  beforeEach(mute) // a test may have restored all mocks
}
