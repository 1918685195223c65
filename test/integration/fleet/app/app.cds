@requires: 'authenticated-user'
@protocol: 'rest'
@path: '/app'
service App {
  /** Calls both systems as the current user. */
  function call() returns LargeString;
}
