import type { ServerResponse } from 'node:http'

/** Sends an error body of the OData version. */
export function sendError(
  res: ServerResponse,
  version: 'v2' | 'v4',
  status: number,
  code: string,
  text: string
): void {
  const message = version === 'v2' ? { lang: 'en', value: text } : text
  res.statusCode = status
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify({ error: { code, message } }))
}

/** The page for requests without a user of the system. */
export const LOGON_FAILED = `<!DOCTYPE html>
<html><head><title>Logon Error Message</title></head>
<body><h1>Logon failed</h1>
<p>No logon data was provided, or it does not belong to a user of this system.</p>
</body></html>
`
