import { cap, loadProject } from '../../../src/cap.js'
import { list, revoke } from '../../../src/cli/delegations.js'
import { revokeDelegations } from '../../../src/delegation/revoke.js'
import { listEntries } from '../../../src/delegation/table.js'

jest.mock('commander', () => ({ Command: class {} })) // an ES module, which jest can't load
jest.mock('../../../src/cap.js', () => ({
  ...jest.requireActual<object>('../../../src/cap.js'),
  loadProject: jest.fn()
}))
jest.mock('../../../src/delegation/revoke.js', () => ({
  ...jest.requireActual<object>('../../../src/delegation/revoke.js'),
  revokeDelegations: jest.fn()
}))
jest.mock('../../../src/delegation/table.js', () => ({
  inOwnTransaction: (_: unknown, work: () => unknown) => work(),
  listEntries: jest.fn()
}))

const disconnect = jest.fn()
const write = jest.spyOn(process.stdout, 'write')

beforeAll(() => {
  Object.assign(cap, { db: { disconnect } })
})
beforeEach(() => {
  jest.resetAllMocks()
  write.mockReturnValue(true)
  jest.mocked(revokeDelegations).mockResolvedValue(1)
  jest.mocked(listEntries).mockResolvedValue([])
})
afterAll(() => {
  write.mockRestore()
})

const project = process.cwd()

test.each([
  [revoke, { user: '' }, '--user: it is empty'],
  [revoke, { user: ' ' }, '--user: it is empty'],
  [revoke, { user: '', all: true }, '--user: it is empty'],
  [revoke, { user: 'bob', tenant: '' }, '--tenant: it is empty'],
  [revoke, { all: true, tenant: '' }, '--tenant: it is empty'],
  [list, { user: '', limit: '50' }, '--user: it is empty'],
  [list, { tenant: '', limit: '50' }, '--tenant: it is empty'],
  [revoke, { all: true, before: '' }, '--before: use a time'],
  [revoke, {}, 'name a --user, or --all'],
  [list, { limit: 'many' }, '--limit: use a number']
])('%p with %j is refused before the project is loaded', async (command, flags, message) => {
  await expect(command({ project, ...flags })).rejects.toThrow(message)
  expect(loadProject).not.toHaveBeenCalled()
  expect(revokeDelegations).not.toHaveBeenCalled()
})

test.each([
  [{ all: true }, {}],
  [{ all: true, tenant: 't1' }, { tenant: 't1' }],
  [{ user: 'bob' }, { user: 'bob' }]
])('revoke with %j', async (flags, filter) => {
  await revoke({ project, ...flags })
  expect(revokeDelegations).toHaveBeenCalledWith(filter)
  expect(write).toHaveBeenCalledWith('1 revoked\n')
  expect(disconnect).toHaveBeenCalledTimes(1)
})

test('after an error the database is disconnected, so that the command ends', async () => {
  jest.mocked(revokeDelegations).mockRejectedValue(new Error('no such table'))
  jest.mocked(listEntries).mockRejectedValue(new Error('no such table'))
  await expect(revoke({ project, all: true })).rejects.toThrow('no such table')
  await expect(list({ project, limit: '50' })).rejects.toThrow('no such table')
  expect(disconnect).toHaveBeenCalledTimes(2)
})
