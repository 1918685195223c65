import { type Figures, rollingRestarts } from './rolling.js'

jest.setTimeout(900_000)

const RESTARTS = Number(process.env['RESTARTS'] ?? 20)

function report(name: string, { requests, failed, written, received, ends }: Figures): void {
  const average = Math.round(ends.reduce((sum, each) => sum + each, 0) / ends.length)
  const line = [
    `${name}: ${ends.length} restarts, ${requests} requests, ${failed.length} failed`,
    failed.length ? ` (${[...new Set(failed)].join(', ')})` : '',
    `, ${written} writes sent, ${received} received, ${average} ms from SIGTERM to the end, at most ${Math.max(...ends)} ms\n`
  ]
  process.stdout.write(line.join(''))
}

test('no request fails while instances are replaced under load, and no write is lost or sent twice', async () => {
  const restart = { drainDelay: 3_000, shutdownTimeout: 20_000 }
  const figures = await rollingRestarts(RESTARTS, restart, '/health/ready')
  report('with "restart"', figures)
  expect(figures.failed).toEqual([])
  expect(figures.received).toBe(figures.written)
  expect(figures.requests).toBeGreaterThan(RESTARTS * 10)
})

test('without the option requests are cut, so the load finds it', async () => {
  const figures = await rollingRestarts(Math.ceil(RESTARTS / 4), false, '/health')
  report('CAP alone', figures)
  expect(figures.failed.length).toBeGreaterThan(0)
})
