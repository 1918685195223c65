/** Jobs that call S/4 in ways that do not work. */
@requires: 'JOBSCHEDULER'
service RefusedJobs {
  /** @param remote - required service */
  action readFrom(remote : String) returns Integer;
}
