/** Environment variables that Cloud Foundry and Kubernetes set for every application that they run. */
const PLATFORMS = ['VCAP_APPLICATION', 'CF_INSTANCE_GUID', 'KUBERNETES_SERVICE_HOST'] as const

/**
 * True if this process is in production, by `NODE_ENV` or a profile. A process that a platform runs
 * is in production unless they name development or test.
 *
 * @internal
 */
export function isProduction(): boolean {
  const named = namedProfiles()
  if (named.includes('production')) return true
  return platformMarker() !== undefined && !named.some((name) => /^(development|test)$/.test(name))
}

/**
 * Returns a sentence for errors of a process that is in production although no profile says so: it may run in an IDE of a platform,
 * or with `default-env.json`. Otherwise nothing.
 *
 * @internal
 */
export function noteOnPlatform(): string {
  if (!isProduction() || namedProfiles().includes('production')) return ''
  return ` It counts as production because ${platformMarker() ?? ''} is set: set NODE_ENV=development where that is wrong.`
}

function namedProfiles(): string[] {
  const profiles = [process.env.NODE_ENV, ...(process.env.CDS_ENV ?? '').split(',')]
  return profiles.flatMap((profile) => profile?.trim() || [])
}

/** Returns the environment variable that shows that a platform runs this process. @internal */
export function platformMarker(): string | undefined {
  return PLATFORMS.find((name) => process.env[name])
}
