/** Calls S/4 in ways that the recorder has to tell apart. */
@requires: 'authenticated-user'
service RecordedService {
  /** As the technical user, although a named user is current. */
  action technical();

  /** A path that the Cloud Connector does not expose. */
  action failing();

  /** In the background, and answered when that is done. */
  action spawned();

  /** By way of the queue, as the technical user. */
  action queued();
}
