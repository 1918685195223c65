/**
 * Whether this process is in production, by `NODE_ENV` or a profile.
 *
 * @internal
 */
export function isProduction(): boolean {
  const profiles = [process.env.NODE_ENV, ...(process.env.CDS_ENV ?? '').split(',')]
  return profiles.some((profile) => profile?.trim() === 'production')
}
