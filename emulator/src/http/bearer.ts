/** The token of a header `Bearer <token>`, or `undefined` if the header has another form. */
export function bearerToken(header: string): string | undefined {
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(header)?.[1]
}
