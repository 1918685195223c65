namespace cds_principal;

/**
 * Delegations of queued work: who has asked for which kind of work, and what became of it. It has no data of the work, no token and
 * no record. Entries are deleted when their retention is over.
 */
@PersonalData: {
  EntitySemantics: 'DataSubject',
  DataSubjectRole: 'Author of queued work'
}
entity Delegations {
      /** Id of the record: a row of the queue can get another one. */
  key txn        : String(36);
      /** ID of the row in `cds.outbox.Messages`. */
      jti        : String(36);
      /** User id, as the issuer of the user's token names it. */
      @PersonalData.FieldSemantics: 'DataSubjectID'
      author     : String(255);
      issuer     : String(255);
      tenant     : String(255);
      service    : String(255);
      event      : String(255);
      /** `open`, `sent` (a call was sent, or may have been), `used`, `ended` (its time is over), `replaced` (by a later one of the same task). */
      state      : String(8);
      /** Times that the work was begun. */
      attempts   : Integer;
      issuedAt   : Timestamp;
      expiresAt  : Timestamp;
      /** Time of the first request of the attempt whose outcome counts. */
      sentAt     : Timestamp;
      usedAt     : Timestamp;
      revokedAt  : Timestamp;
      /** Seed for the ids of repeatable requests. */
      request    : String(36);
      /** Called services whose answers have confirmed that requests are repeatable, or not; null if nobody has asked. */
      repeatable : String(5000);
}
