/** Calls S/4 from wherever code of a CAP application can run. */
@requires: 'authenticated-user'
service BackgroundService {
  /** `marker` is the key that is read, so that S/4's record shows which call it was. */
  action start(place : String, remote : String, marker : String);

  /** What came of the calls so far, as JSON. */
  function outcomes(marker : String) returns LargeString;

  event happened : {
    remote : String;
    marker : String;
  }
}
