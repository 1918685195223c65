/** Calls remote systems as whoever the place says. */
@requires: 'authenticated-user'
service SoakService {
  /** @param work - JSON */
  action perform(work : LargeString);

  /** What has come of the calls with these markers: JSON. Those that are not over are not in there. */
  action collect(markers : LargeString) returns LargeString;

  /** What the process holds: JSON. */
  action state() returns LargeString;

  event happened : { work : LargeString }
}
