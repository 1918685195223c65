import {
  beginWork,
  trackWork,
  untilIdle,
  workUnderWay
} from '../../../../src/lib/lifecycle/under-way.js'

test('waits until all work is over, whatever its outcome', async () => {
  const end = beginWork('requests')
  let fail: (error: Error) => void = () => undefined
  const call = trackWork('calls', () => new Promise((_, reject) => (fail = reject)))
  expect(workUnderWay()).toEqual({ requests: 1, calls: 1, messages: 0 })
  let isIdle = false
  const idle = untilIdle().then(() => (isIdle = true))
  end()
  end()
  await Promise.resolve()
  expect(isIdle).toBe(false)
  fail(new Error('refused'))
  await expect(call).rejects.toThrow('refused')
  await idle
  expect(workUnderWay()).toEqual({ requests: 0, calls: 0, messages: 0 })
})

test('without work there is nothing to wait for', async () => {
  await expect(untilIdle()).resolves.toBeUndefined()
})
