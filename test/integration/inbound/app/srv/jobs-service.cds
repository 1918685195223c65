/** For one role as a whole. */
@requires: 'JOBSCHEDULER'
service JobsService {
  function ping() returns String;
}
