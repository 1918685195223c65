/** Claims about the person that are attributes of every named user, with CAP's own strategy as well. */
const PERSONAL = new Set(['logonName', 'givenName', 'familyName', 'email'])

/** `user.attr` as JSON, compared without what is about the person. */
function attributes(this: unknown, received: unknown, expected: object) {
  const all = Object.entries(JSON.parse(String(received)) as object)
  const own = Object.fromEntries(all.filter(([name]) => !PERSONAL.has(name)))
  const pass = JSON.stringify(own) === JSON.stringify(expected)
  return {
    pass,
    message: () => `${String(received)} are not the attributes ${JSON.stringify(expected)}`
  }
}

expect.extend({ attributes })

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- so that jest's types know the matcher
  namespace jest {
    interface InverseAsymmetricMatchers {
      attributes(expected: object): unknown
    }
    interface Expect {
      attributes(expected: object): unknown
    }
  }
}
