import type { ServerResponse } from 'node:http'

/** Sends the browser on, with parameters in the query; `null` leaves a parameter out. */
export function redirect(
  res: ServerResponse,
  uri: string,
  parameters: Readonly<Record<string, string | null>>
): void {
  const location = new URL(uri)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null) location.searchParams.append(name, value)
  }
  res.writeHead(302, { location: location.href, 'cache-control': 'no-store' }).end()
}
