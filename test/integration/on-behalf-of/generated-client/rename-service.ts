import cds, { type Request } from '@sap/cds'
import { destinationFor } from 'cds-principal'

import { EquipmentApi, FOREVER } from './equipment-api.js'

interface Rename {
  readonly id: string
  readonly name: string
  readonly privileged?: boolean
}

const api = new EquipmentApi()

export class RenameService extends cds.ApplicationService {
  override init() {
    this.on('rename', ({ data }: Request<Rename>) =>
      data.privileged
        ? cds.tx({ user: cds.User.privileged } as never, () => outcome(data) as never)
        : outcome(data)
    )
    return super.init()
  }
}

async function outcome({ id, name }: Rename): Promise<string> {
  try {
    const s4 = () => destinationFor('S4', { onBehalfOf: 'namedUser' })
    const equipment = await api
      .requestBuilder()
      .getByKey(id, FOREVER)
      .execute(await s4())
    equipment.equipmentName = name
    await api
      .requestBuilder()
      .update(equipment)
      .execute(await s4())
    const changed = await api
      .requestBuilder()
      .getByKey(id, FOREVER)
      .execute(await s4())
    const { equipmentName, lastChangedByUser } = changed
    return JSON.stringify({ equipmentName, lastChangedByUser })
  } catch (error) {
    return JSON.stringify({ code: (error as { code?: string }).code, message: String(error) })
  }
}
