// The API as the page uses it. The application router asks for a CSRF token; CAP alone does not.
const SERVICE = '/odata/v4/maintenance'

let csrfToken

/** Sends a request; whoever is not logged on gets 401 instead of a login page. */
async function send(path, options = {}) {
  const headers = { 'X-Requested-With': 'XMLHttpRequest', ...options.headers }
  const response = await fetch(path, { ...options, headers })
  csrfToken = response.headers.get('x-csrf-token') ?? csrfToken
  if (response.ok) return response
  const { error } = await response.json().catch(() => ({}))
  throw new Error(error?.message ?? `The request failed (${response.status})`)
}

/** The first records in the user's plants. */
export async function listEquipment() {
  const query = '$select=id,name,plant,createdBy,lastChangedBy&$top=20&$orderby=id'
  const headers = { 'X-CSRF-Token': 'Fetch' }
  const response = await send(`${SERVICE}/Equipment?${query}`, { headers })
  return (await response.json()).value
}

/** Renames one, and returns what S/4 has made of it. */
export async function renameEquipment(id, name) {
  const path = `${SERVICE}/Equipment('${encodeURIComponent(id.replaceAll("'", "''"))}')`
  await send(path, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrfToken ?? '' },
    body: JSON.stringify({ name })
  })
  return (await send(`${path}?$select=id,name,plant,createdBy,lastChangedBy`)).json()
}

/** Who is logged on at the application router, or nobody without one. */
export async function currentUser() {
  const response = await send('/user-api/currentUser').catch(() => undefined)
  return (await response?.json())?.name
}
