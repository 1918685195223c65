/** Adds routes of the application's own to express. */
@requires: 'authenticated-user'
service RouteService {}
