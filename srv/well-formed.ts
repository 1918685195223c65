import type { Request } from '@sap/cds'

/**
 * Refuses half a surrogate pair anywhere in a request, in JSON `"\ud800"`: it has no UTF-8, so it can be part of
 * no URL, and CAP ends the process on the `URIError` that comes of it.
 */
export function wellFormed(req: Request): void {
  const { data, query } = req
  JSON.stringify([data, query], (_, value: unknown) => {
    if (typeof value === 'string' && !value.isWellFormed())
      req.reject({
        status: 400,
        code: 'ERR_TEXT_MALFORMED',
        message: 'A text is not well-formed Unicode.'
      })
    return value
  })
}
