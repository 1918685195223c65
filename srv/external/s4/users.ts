/** What an ABAP user may do with maintenance objects. */
export type Activity = 'display' | 'change'

/** The user master record, as far as this system needs it. */
export interface AbapUser {
  /** Logon name: upper case, at most 12 characters. It is what the user fields of a record show. */
  readonly name: string
  readonly activities: readonly Activity[]
}

/** Subject of a user certificate: the distinguished name, and its common name if there is exactly one. */
export interface CertificateSubject {
  readonly distinguishedName: string
  readonly commonName: string | undefined
}

const maintain: readonly Activity[] = ['display', 'change']

/** User master (transaction SU01). EVE has no ABAP user: her certificate maps to nobody. */
const userMaster: ReadonlyMap<string, AbapUser> = new Map(
  [
    { name: 'ALICE', activities: maintain },
    { name: 'BOB', activities: maintain },
    { name: 'CAROL', activities: maintain },
    { name: 'DAVE', activities: ['display'] satisfies Activity[] },
    { name: 'MAINT_TECH', activities: maintain }
  ].map((user) => [user.name, user])
)

/** Explicit mappings (view VUSREXTID, type DN), for subjects that the rule below cannot map. */
const externalIds: ReadonlyMap<string, string> = new Map([['CN=sb-maintenance!t1', 'MAINT_TECH']])

/**
 * Maps the subject of a user certificate to an ABAP user: explicit mapping first, then the rule
 * (transaction CERTRULE) "CN is the user name". A name longer than 12 characters is nobody's, it is not cut.
 */
export function userOf(subject: CertificateSubject): AbapUser | undefined {
  const name = externalIds.get(subject.distinguishedName) ?? subject.commonName?.toUpperCase()
  return name === undefined || name.length > 12 ? undefined : userMaster.get(name)
}

/** The user of that logon name. */
export function userByName(name: string): AbapUser | undefined {
  return userMaster.get(name)
}
