import cds from '@sap/cds'
import type { RequestHandler } from 'express'

/** An application's own authentication: it believes what a header says, and keeps the token where CAP looks for it. */
const authenticate: RequestHandler = (req, _res, next) => {
  const jwt = req.headers.authorization?.replace('Bearer ', '')
  const user = new cds.User({ id: 'alice', authInfo: { token: { jwt } } } as never)
  const { context } = cds
  if (context) context.user = user
  next()
}

export default authenticate
