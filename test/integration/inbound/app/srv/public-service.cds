/** Anybody may call this, also without a token. */
@requires: 'any'
service PublicService {
  type Identity : {
    id        : String;
    tenant    : String;
    roles     : array of String;
    attr      : LargeString;
    technical : Boolean;
  }

  function ping()   returns String;
  function whoami() returns Identity;
  /** Where in the request a handler finds an `Authorization` header. */
  function seen()   returns array of String;
}
