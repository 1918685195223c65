namespace db;

entity Memos {
  key ID      : Integer;
      owner   : String;
      country : String;
      text    : String;
}
