import type { X509Certificate } from 'node:crypto'
import type { RequestHandler } from 'express'
import { verifiedSubject } from './certificate.js'
import { userOf } from './users.js'

const realm = 'SAP NetWeaver Application Server [S4H/100]'

/** Logon with the user certificate; 401 with the logon page for everybody else. */
export function logon(ca: X509Certificate): RequestHandler {
  return (req, res, next) => {
    res.set('sap-server', 'true')
    res.append('set-cookie', 'sap-usercontext=sap-client=100; path=/')
    const header = req.get('ssl_client_cert')
    const subject = header ? verifiedSubject(header, ca) : undefined
    const user = subject && userOf(subject)
    if (!user) {
      res.set('www-authenticate', `Basic realm="${realm}"`)
      res.status(401).type('html').send(logonFailed)
      return
    }
    res.locals['user'] = user
    next()
  }
}

const logonFailed = `<!DOCTYPE html>
<html><head><title>Logon Error Message</title></head>
<body>
<h1>Logon failed</h1>
<p>No logon data was provided, or it does not belong to a user of this system.</p>
<table>
<tr><td>Client</td><td>100</td></tr>
<tr><td>System</td><td>S4H</td></tr>
<tr><td>HTTP 401 - Unauthorized</td><td></td></tr>
</table>
</body></html>
`
