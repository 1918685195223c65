/** Calls the system on the internet, and S/4 as the technical user. */
@requires: 'authenticated-user'
service FleetService {
  /** Leaves a marker, as the user. */
  action exchange(marker : String);
  /** Leaves a marker, as the application. */
  action technical(marker : String);
  /** Reads equipment as the technical user of S/4. */
  function system() returns Integer;
  /** Reads from the system on the internet, as the user. */
  function look() returns Integer;
  /** Reads from the system on the internet, with the password of a destination. */
  function basic() returns Integer;
}
