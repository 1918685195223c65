import { muteConsole } from '../../support/console.js'
import { execute, message, openDatabase, queue } from './database.js'

muteConsole('warn', 'error', 'info')

beforeAll(openDatabase)

test('without the table nothing is queued, and the error says how to get it', async () => {
  const ID = '00000000-0000-4000-8000-000000000000'
  await execute('DROP TABLE cds_principal_Delegations')
  const queued = (async () => queue(ID, message(ID)))()
  await expect(queued).rejects.toMatchObject({
    code: 'ERR_DELEGATION_REFUSED',
    message: expect.stringMatching(
      /no table of delegations\. Nothing was queued\. Deploy again, and upgrade the tenants/
    ) as unknown
  })
})
