/** Primes by which keys of the generator can be told; by chance a good key has the fingerprint in one of 2^27 cases. */
const PRIMES = [
  ...[11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]
] as const

/** Of each prime, the powers of 65537: what the generator leaves when its keys are divided by the prime. */
const REMAINDERS = PRIMES.map((prime) => {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power)
  return [BigInt(prime), powers] as const
})

/**
 * True if an RSA key comes from the generator of CVE-2017-15361, whose private keys can be computed from the public ones.
 *
 * @param n - modulus, base64url
 * @see "The Return of Coppersmith's Attack", ACM CCS 2017, section 2.3
 * @internal
 */
export function hasRocaFingerprint(n: string): boolean {
  const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex') || '0'}`)
  return REMAINDERS.every(([prime, powers]) => powers.has(Number(modulus % prime)))
}
