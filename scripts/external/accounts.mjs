/** Users of the external identity provider; what stands here is in their tokens. */
export const ACCOUNTS = new Map(
  [
    { name: 'alice', groups: ['technicians'], plants: ['1010'], customer_id: 'C-100' },
    { name: 'bob', groups: ['technicians'], plants: ['1710', '1010'], customer_id: 'C-100' },
    { name: 'carol', groups: ['supervisors'], plants: [], customer_id: 'C-200' },
    { name: 'dave', groups: ['viewers'], plants: ['1710'], customer_id: 'C-200' }
  ].map(({ name, ...claims }, i) => [
    name,
    {
      ...{ sub: `u-${4711 + i}`, preferred_username: name, email: `${name}@idp.example` },
      ...{ email_verified: true, ...claims }
    }
  ])
)

/** What the API is called in tokens. */
export const AUDIENCE = 'urn:example:maintenance'

/** A program at the terminal: it has no secret, and gets the code at an address of its own. */
export const CLIENT = { client_id: 'terminal', redirect_uri: 'http://localhost/callback' }
