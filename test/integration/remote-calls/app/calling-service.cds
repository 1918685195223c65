/** Calls a required service. */
@requires: 'authenticated-user'
service CallingService {
  /** @param caught - what is thrown is the answer */
  action call(service: String, method: String, path: String, caught: Boolean) returns LargeString;

  /** Hands its own headers on. */
  action handOn(service: String, path: String) returns LargeString;
}
