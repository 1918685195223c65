/** Queues work that keeps its author. */
@requires: 'authenticated-user'
service DelegatedService {
  /** Queues a change of equipment, in the way that `kind` names. */
  action plan(remote : String, marker : String, kind : String, task : String);

  action revoke(user : String) returns Integer;

  /** Runs one statement on the database, as somebody who can write there. */
  action execute(sql : LargeString) returns LargeString;

  /** Tries again what waits for another attempt. */
  action flush();

  /** From now on there is a token for authors, or none. */
  action tokens(available : Boolean);

  /** Rows of a table, as JSON. */
  function rows(name : String) returns LargeString;

  /** What the handler of an event has seen of its message, as JSON. */
  function seen(marker : String) returns LargeString;

  @delegated
  event nightly {
    remote : String;
    marker : String;
  }

  /** Queues further work. */
  @delegated
  event nested {
    remote : String;
    marker : String;
  }

  event plain {
    remote : String;
    marker : String;
  }
}
