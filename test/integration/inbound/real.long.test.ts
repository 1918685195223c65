import { type Identity, identityOf, bearer } from './support/case.js'
import { type InboundApp, MODES, startApp } from './support/inbound-app.js'
import { header, jws } from './support/jws.js'
import { startXsuaa, type TestXsuaa } from './support/test-xsuaa.js'
import { send } from './support/wire.js'
import { STOCK_ROLES } from './support/real-token.js'
import { varieties } from './tables/real-content.js'
import { origins } from './tables/real-origin.js'

/** Claims about the person, which both strategies offer as attributes. */
const PERSONAL = ['logonName', 'givenName', 'familyName', 'email']

interface Seen extends Omit<Identity, 'attr'> {
  readonly attr: Record<string, unknown>
}

function seen({ id, tenant, roles, attr, technical }: Identity): Seen {
  return { id, tenant, roles, attr: JSON.parse(attr) as Record<string, unknown>, technical }
}

/** Comparable with ours: without the roles that are documented to be more. */
function stockSeen(identity: Identity): Seen {
  const roles = identity.roles.filter((role) => !STOCK_ROLES.includes(role))
  return { ...seen(identity), roles }
}

function ownAttributes({ attr }: Seen) {
  return Object.fromEntries(Object.entries(attr).filter(([name]) => !PERSONAL.includes(name)))
}

describe.each(MODES)(
  'section 1.2a, %s: accepted by CAP and by this package, as the same user',
  (mode) => {
    let xsuaa: TestXsuaa
    let apps: InboundApp[] = []
    beforeAll(async () => {
      xsuaa = await startXsuaa()
      apps = await Promise.all([
        startApp({ mode, xsuaa }),
        startApp({ mode, xsuaa, plugin: false })
      ])
    })
    afterAll(async () => {
      await Promise.all(apps.map((app) => app.stop()))
      await xsuaa?.stop()
    })

    test.each([...origins, ...varieties])(
      '$name',
      async ({ claims, header: changes, identity = {}, stock }) => {
        const wire = bearer(jws(header(changes), claims(xsuaa)))
        const [ours, theirs] = await Promise.all(apps.map(({ url }) => send(url, wire)))
        expect([ours?.status, theirs?.status]).toEqual([200, stock?.status ?? 200])
        const mine = seen(identityOf(ours!))
        const { attr, ...others } = identity
        expect(mine).toMatchObject(others)
        if (attr) expect(ownAttributes(mine)).toEqual(attr)
        if (stock?.status) return
        const { attr: otherAttr, ...other } = stock?.identity ?? {}
        const same = { ...mine, ...other, ...(otherAttr && { attr: expect.anything() as unknown }) }
        expect(stockSeen(identityOf(theirs!))).toEqual(same)
        if (otherAttr) expect(ownAttributes(stockSeen(identityOf(theirs!)))).toEqual(otherAttr)
      }
    )
  }
)
