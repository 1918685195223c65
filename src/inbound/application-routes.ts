/**
 * Returns the routes of the application on Cloud Foundry: host names with paths, and none elsewhere.
 *
 * @param application - value of the environment variable `VCAP_APPLICATION`
 * @internal
 */
export function applicationRoutes(application = process.env.VCAP_APPLICATION): string[] {
  if (!application) return []
  const { application_uris: uris } = JSON.parse(application) as { application_uris?: string[] }
  return uris ?? []
}
