import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

import { readForm } from '../../http/read-form.js'
import { equal } from '../authenticate-client.js'
import { sendNotice } from './login-page.js'
import { readCookie } from './sessions.js'

/** The form of a login page. Only the browser that got the page can send it: the form and a cookie have the same value. */
export interface LoginForm {
  /** Path to which the form is sent. */
  readonly action: string
  /** Name of the cookie. */
  readonly cookie: string
}

/** Returns a new value for the form, and the cookie with it (`Set-Cookie`). */
export function newFormToken({ action, cookie }: LoginForm): { formToken: string; cookie: string } {
  const formToken = randomBytes(16).toString('hex')
  const attributes = `Path=${action}; HttpOnly; Secure; SameSite=Strict`
  return { formToken, cookie: `${cookie}=${formToken}; ${attributes}` }
}

/** Reads the form that a browser has sent. Without the cookie of the page the answer is 403, and nothing is returned. */
export async function readLoginForm(
  { cookie }: LoginForm,
  req: IncomingMessage,
  res: ServerResponse
): Promise<URLSearchParams | undefined> {
  const form = await readForm(req)
  const formToken = readCookie(req, cookie)
  if (form && formToken && equal(formToken, form.get('form_token') ?? '')) return form
  const text = 'The login page was opened in another window or too long ago: go back and try again.'
  sendNotice(res, 403, 'Log on', text)
  return undefined
}
