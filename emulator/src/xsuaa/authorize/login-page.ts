import { randomBytes } from 'node:crypto'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { LandscapeUser } from '../../landscape/landscape-user.js'

/** The values that the page shows. */
export interface LoginPage {
  users: readonly LandscapeUser[]
  /** The query of the authorization request, handed through. */
  request: string
  /** Repeated in a cookie, so that no other page can log a browser on. */
  formToken: string
  failed: boolean
  /** Default: XSUAA. */
  service?: string
  /** Path that the form is sent to; default: that of XSUAA. */
  action?: string
}

const STYLE = `
body { font: 16px system-ui, sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem; color: #1d2d3e }
button { display: block; width: 100%; text-align: left; font: inherit; padding: .6rem .8rem; margin: .4rem 0;
  border: 1px solid #8396a8; border-radius: .4rem; background: #fff; cursor: pointer }
button:hover, button:focus-visible { background: #eaf2fb }
small { color: #556b82 } input { font: inherit; padding: .4rem; width: 100%; box-sizing: border-box }
[role=alert] { color: #aa0808 }`

/** Sends the login page of an emulated identity provider: one button for each user. */
export function sendLoginPage(res: ServerResponse, page: LoginPage, cookie: string): void {
  const { service = 'XSUAA', action = '/login.do' } = page
  const needsPassword = page.users.some(({ password }) => password !== undefined)
  const body = `
<h1>Log on</h1>
<p><small>Emulated ${service} of this machine: users of <code>cds.requires.auth.users</code></small></p>
${page.failed ? '<p role="alert">Unknown user, or wrong password.</p>' : ''}
<form method="post" action="${action}">
<input type="hidden" name="request" value="${escape(page.request)}">
<input type="hidden" name="form_token" value="${escape(page.formToken)}">
${needsPassword ? '<p><label>Password, for those who have one <input type="password" name="password" autocomplete="off"></label></p>' : ''}
${page.users.map(button).join('\n')}
</form>`
  sendPage(res, page.failed ? 401 : 200, 'Log on', body, { 'set-cookie': cookie })
}

/** Sends a page with one sentence. */
export function sendNotice(
  res: ServerResponse,
  status: number,
  title: string,
  text: string,
  headers: OutgoingHttpHeaders = {}
): void {
  sendPage(res, status, title, `<h1>${escape(title)}</h1><p>${escape(text)}</p>`, headers)
}

function button({ name, roles, tenant }: LandscapeUser): string {
  const details = [roles.join(', ') || 'no role', `tenant ${tenant}`].join(' · ')
  return `<button name="username" value="${escape(name)}">${escape(name)} <small>${escape(details)}</small></button>`
}

function sendPage(
  res: ServerResponse,
  status: number,
  title: string,
  body: string,
  headers: OutgoingHttpHeaders
): void {
  const nonce = randomBytes(16).toString('base64')
  // no form-action: browsers apply it to all redirects after the form, and a client may send its user on to anywhere
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta name="viewport" content="width=device-width"><style nonce="${nonce}">${STYLE}</style></head>
<body>${body}</body></html>
`
  res.writeHead(status, {
    'content-type': 'text/html;charset=UTF-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...headers
  })
  res.end(html)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
