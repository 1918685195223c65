/** Asks a remote agent, and tells what it has answered. */
@requires: 'authenticated-user'
service AskService {
  function ask(agent: String) returns LargeString;
  /** as the privileged user */
  function privileged(agent: String) returns LargeString;
  /** in the background, after the request */
  function spawned(agent: String) returns LargeString;
}
