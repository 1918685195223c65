/** Calls required services, and passes their errors on in several ways. */
@requires: 'authenticated-user'
service ExplainedService {
  /** @param how - `as it is`, `POST`, `wrapped`, `rejected`, `executeHttpRequest`, `queued` */
  action call(service: String, path: String, how: String) returns LargeString;
}

@requires: 'authenticated-user'
@protocol: 'rest'
service ExplainedRestService {
  action call(service: String, path: String, how: String) returns LargeString;
}
