import cds, { type Request } from '@sap/cds'

export class WhoamiService extends cds.ApplicationService {
  override init() {
    this.on('whoami', ({ user }: Request) => user.id)
    return super.init()
  }
}
