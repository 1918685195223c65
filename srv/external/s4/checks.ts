import type { Request } from '@sap/cds'

/** Plants of this system (table T001W). */
const plants = new Set(['1010', '1020', '1710'])

/** Refuses the request unless its user may change maintenance objects. */
export function mayChange(req: Request): void {
  if (req.user.is('change')) return
  req.reject({
    status: 403,
    code: 'IW/051',
    message: `No authorization to change (user ${req.user.id})`
  })
}

/** Refuses a plant that the system does not have. */
export function plantExists(req: Request): void {
  const plant = req.data.MaintenancePlant
  if (plant == null || plant === '' || plants.has(plant)) return
  req.reject({ status: 400, code: 'M7/067', message: `Plant ${plant} does not exist` })
}

/** Refuses a new record without one of the fields that the API requires. */
export function required(req: Request, ...fields: string[]): void {
  const missing = fields.find((field) => !req.data[field])
  if (missing)
    req.reject({ status: 400, code: '00/055', message: `Fill in required field ${missing}` })
}

/** The headers can only be flagged for deletion. */
export function noDelete(req: Request): void {
  req.reject({
    status: 405,
    code: '/IWBEP/CM_MGW_RT/021',
    message: 'Method DELETE is not implemented'
  })
}

/** Refuses a read that the database can't do: what the query says, is no expression of OData V2. */
export function invalidExpression(req: Request): void {
  req.reject({
    status: 400,
    code: '/IWCOR/CX_DS_EXPR_SYNTAX_ERROR',
    message: 'Invalid expression in the query options'
  })
}
