/** Work that is done later: events of this service go through CAP's queue. */
@requires: 'authenticated-user'
service JobsService {
  /** Calls S/4 as the user, then queues a message whose handler calls it again. */
  action enqueue(remote : String, marker : String);

  /** Queues a call of the remote service itself. */
  action enqueueCall(remote : String, marker : String);

  /** Queues calls of two remote services: the first is called as users, the second as the technical one. */
  action enqueueTwo(marker : String);

  /** Queues a message as the privileged user does, in the background of the request. */
  action enqueueInBackground(remote : String, marker : String);

  /** Queues a message whose handler fails as an HTTP library does, with its request on the error. */
  action enqueueFailure(remote : String, marker : String);

  /** The table of queued messages, as JSON. */
  function messages() returns LargeString;

  event work {
    remote : String;
    marker : String;
  }

  event fail {
    marker : String;
  }
}
