/** Calls a required service, and tells whose request it was and what the backend has seen. */
@requires: 'authenticated-user'
service TenantsService {
  /** `marker` becomes part of the path, so that the backend's record shows which call it was. */
  function call(service : String, marker : String) returns LargeString;
}
