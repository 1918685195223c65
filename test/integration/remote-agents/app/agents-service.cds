/** Calls remote agents, and tells what they have answered. */
@requires: 'authenticated-user'
service AgentsService {
  /** `how`: as the user who is current, as the privileged user, or queued */
  action call(agent: String, how: String, event: String, data: LargeString) returns LargeString;
  function tools(agent: String) returns LargeString;
  /** JSON of the calls that the event has told of, and of what was written to spans, since it was asked for last */
  action seen() returns LargeString;
}
