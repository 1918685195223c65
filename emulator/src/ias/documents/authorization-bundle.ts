import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { clientCertificate } from '../../http/client-certificate.js'
import { allUsers, type Landscape } from '../../landscape/landscape.js'
import { sendJson } from '../../http/respond.js'
import type { IdentityService } from '../identity-service.js'
import { tar, type TarFile } from './tar.js'

/** Path below which policies are served, as `authorization_bundle_url` of the binding has it. */
export const BUNDLES = '/sap/ams/v1/bundles'

/**
 * Serves the compiled policies of the project with their assignments to users, as the Authorization Management Service does:
 * to the bound application, by its certificate; 304 as long as nothing has changed, 404 until there are any.
 *
 * @see `@sap/ams`, `IdentityServiceBundleLoader`
 */
export function answerBundle(
  { tenant, landscape }: IdentityService,
  req: IncomingMessage,
  res: ServerResponse,
  path: string
): void {
  const { application, policies } = tenant
  const certificate = clientCertificate(req)
  if (!certificate || !application.certificate?.accepts(certificate)) {
    return sendJson(res, 401, { error: 'unauthorized' })
  }
  const files = policies === undefined ? [] : compiledPolicies(policies)
  if (path !== `${BUNDLES}/${application.instanceId}.dcn.tar.gz` || !files.length) {
    return sendJson(res, 404, { error: 'not_found' })
  }
  const bundle = gzipSync(tar([...files, assignments(landscape)]))
  const etag = `"${createHash('sha256').update(bundle).digest('base64url')}"`
  if (req.headers['if-none-match'] === etag) {
    res.writeHead(304, { etag }).end()
    return
  }
  res.writeHead(200, { 'content-type': 'application/gzip', etag }).end(bundle)
}

/** DCN files, as `compile-dcl` of `@sap/ams-dev` has written them; the process may be about to write them anew. */
function compiledPolicies(folder: string): TarFile[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.dcn'))
    .sort()
    .map((name) => ({ name, content: readFileSync(join(folder, name)) }))
}

/** Policies of each user, by tenant and the user's id in it. */
function assignments(landscape: Landscape): TarFile {
  const byTenant: Record<string, Record<string, readonly string[]>> = {}
  for (const { tenant, uuid, policies } of allUsers(landscape)) {
    byTenant[tenant] = { ...byTenant[tenant], [uuid]: policies }
  }
  const content = Buffer.from(JSON.stringify({ principal2policies: byTenant }))
  return { name: 'data.json', content }
}
