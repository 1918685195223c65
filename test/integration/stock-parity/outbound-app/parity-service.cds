/** Calls remote systems as an application does, and tells what came of it. */
@requires: 'authenticated-user'
service ParityService {
  /** @param way - `cap`: a required service; `sdk`: `executeHttpRequest` */
  action call(way: String, target: String, request: LargeString) returns LargeString;
}
