/** Changes equipment in S/4, without roles: tokens of Identity Authentication have none. */
@requires: 'authenticated-user'
service ChangeService {
  /** Tells who the request's user is, as JSON. */
  function whoami() returns String;
  action rename(id : String, name : String) returns String;
}
