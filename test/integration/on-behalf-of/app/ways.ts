import cds from '@sap/cds'

type Way = (target: string, options: never) => unknown

const ENTITY = 'API_EQUIPMENT.Equipment'

/** How an application calls a remote system. */
export const ways: Record<string, Way> = {
  get: async (target) => (await cds.connect.to(target)).send('GET', '/who'),
  post: async (target) => (await cds.connect.to(target)).send('POST', '/who', { id: 1 }),
  read: async (target) => (await cds.connect.to(target)).run(SELECT.from(ENTITY).limit(1)),
  twice: async (target) => {
    const remote = await cds.connect.to(target)
    return Promise.all([remote.send('GET', '/who'), remote.send('GET', '/who')])
  }
}
