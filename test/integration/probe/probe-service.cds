/** Calls the sample's service from places where CAP code runs without, or not as, the user of the request. */
@requires: 'authenticated-user'
service ProbeService {
  type Outcome { name: String; code: String; message: String; }

  /** cds.spawn with a privileged user */
  action spawned(id: String, name: String) returns Outcome;
  /** a transaction of the privileged user */
  action privileged(id: String, name: String) returns Outcome;
  /** no context at all, as in a timer that was started at boot */
  /** a handler of the remote service that calls it again with its `this`, as privileged */
  action throughThis(id: String, name: String) returns Outcome;
  /** the same, with the `this` of another user's call before */
  action throughOtherThis(id: String, name: String) returns Outcome;
  /** a transaction of another tenant */
  action otherTenant(id: String, name: String) returns Outcome;
  action withoutRequest(id: String, name: String) returns Outcome;
}
