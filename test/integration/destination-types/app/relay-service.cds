/** Calls a required service, and tells what its backend has seen. */
@requires: 'authenticated-user'
service RelayService {
  function call(service: String) returns LargeString;
  /** as the privileged user */
  function privileged(service: String) returns LargeString;
  /** 20 times at once */
  function burst(service: String) returns LargeString;
}
