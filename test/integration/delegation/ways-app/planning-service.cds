/** Queues changes of equipment. */
@requires: 'authenticated-user'
service PlanningService {
  action plan(remote : String, id : String, name : String);

  /** Rows of the queue, as JSON. */
  function rows() returns LargeString;
}
