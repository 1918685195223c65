/** Calls remote services in several ways, and tells what came of it. */
@requires: 'authenticated-user'
service PolicyService {
  /** `place`: whose context; `way`: how; `target`: required service or destination; `options`: JSON */
  action call(place : String, way : String, target : String, options : LargeString) returns LargeString;

  /** What the event `principal.call` has told since the last time, as JSON. */
  action evidence() returns LargeString;

  /** What the event `principal.request` has told since the last time, as JSON. */
  action requests() returns LargeString;
}
