import { startRecorderPage } from '../../src/recorder/page/page-server.js'
import { Recorder } from '../../src/recorder/recorder.js'

test('the page gets to know the server, and the tenant that commands need not name', async () => {
  const recorder = new Recorder({ observe: () => undefined, entries: () => Promise.resolve([]) })
  const application = { server: 'http://localhost:4004', provider: 'provider' }
  const page = await startRecorderPage(recorder, () => application)
  try {
    const { body } = await fetch(new URL('events', page.url))
    const reader = body!.getReader()
    const { value } = await reader.read()
    const [, data = ''] = /^data: (.*)\n\n$/.exec(Buffer.from(value).toString()) ?? []
    expect(JSON.parse(data)).toEqual({ traces: [], ids: [], ...application })
    await reader.cancel()
  } finally {
    await page.close()
  }
})
