import type { Request } from '@sap/cds'
import { today } from './record.js'

/** Fields of equipment that is not installed anywhere. */
export const noInstallation = {
  FunctionalLocation: '',
  FunctionalLocationLabelName: '',
  FunctionalLocationName: '',
  EquipmentIsInstalled: false
}

/** Fields of equipment installed at the functional location with that label; refuses an unknown label. */
export async function installation(req: Request, label: string): Promise<object> {
  if (label === '') return noInstallation
  const location = (await SELECT.one
    .from('API_FUNCTIONALLOCATION.FunctionalLocation')
    .where({ FunctionalLocationLabelName: label })) as Record<string, string> | undefined
  if (!location)
    req.reject({
      status: 400,
      code: 'IL/020',
      message: `Functional location ${label} does not exist`
    })
  return {
    FunctionalLocation: location?.['FunctionalLocation'],
    FunctionalLocationLabelName: label,
    FunctionalLocationName: location?.['FunctionalLocationName'],
    EquipmentIsInstalled: true,
    ValidityStartDate: today()
  }
}
