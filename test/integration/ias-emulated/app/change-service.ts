import cds, { type Request } from '@sap/cds'

interface Rename {
  id: string
  name: string
}

/** Calls S/4 as the user of the request. */
export class ChangeService extends cds.ApplicationService {
  override init() {
    this.on('whoami', ({ user, tenant }: Request) =>
      JSON.stringify({
        id: user.id,
        tenant,
        reads: user.is('Read'),
        system: user.is('system-user')
      })
    )
    this.on('rename', async ({ data }: Request<Rename>) => {
      const s4 = await cds.connect.to('API_EQUIPMENT')
      const key = { Equipment: data.id, ValidityEndDate: '9999-12-31' }
      const change = UPDATE('API_EQUIPMENT.Equipment' as never, key as never)
      await s4.run(change.with({ EquipmentName: data.name }))
      return data.id
    })
    return super.init()
  }
}
