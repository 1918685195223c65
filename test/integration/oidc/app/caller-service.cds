/** Tells a caller who it is. */
@requires: 'authenticated-user'
service CallerService {
  /** JSON of id, roles, attributes, tenant, and what `authInfo` says */
  function whoami() returns LargeString;

  @requires: 'Technician'
  function technician() returns String;

  @requires: 'Supervisor'
  function supervisor() returns String;

  @requires: 'system-user'
  function system() returns String;
}
