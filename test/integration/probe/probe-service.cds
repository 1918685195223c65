/** Calls the sample's service from places where CAP code runs without, or not as, the user of the request. */
@requires: 'authenticated-user'
service ProbeService {
  type Outcome { name: String; code: String; message: String; }

  /** cds.spawn with a privileged user */
  action spawned(id: String, name: String) returns Outcome;
  /** a transaction of the privileged user */
  action privileged(id: String, name: String) returns Outcome;
  /** no context at all, as in a timer that was started at boot */
  action withoutRequest(id: String, name: String) returns Outcome;
}
