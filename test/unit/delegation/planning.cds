/** Events of the application itself. */
service Planning {
  @delegated
  event nightly {
    id : String;
  }
}
