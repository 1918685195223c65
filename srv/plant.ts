import type { Request } from '@sap/cds'

/**
 * Refuses to write a plant that is not among the caller's own. `@restrict … where` decides which records
 * are read; what a new or changed record may say, is decided here.
 */
export function mayWritePlant(req: Request): void {
  const plant: string | null | undefined = req.data.plant
  if (plant === undefined || req.user.is('Supervisor')) return
  const own: unknown[] = [req.user.attr['plant'] ?? []].flat()
  if (own.includes(plant)) return
  req.reject({
    status: 403,
    code: 'ERR_PLANT_FORBIDDEN',
    message: `You may not maintain objects of plant ${plant ?? ''}.`,
    target: 'plant'
  })
}
