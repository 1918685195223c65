@requires: 'authenticated-user'
service who {
  /** The user of the request, as JSON. */
  function am() returns String;
}
