/** Changes equipment with a generated client of the SAP Cloud SDK, in whose context the caller says. */
@requires: 'authenticated-user'
service RenameService {
  /** Tells who has changed it last, as JSON, or the code of what was refused. */
  action rename(id : String, name : String, privileged : Boolean) returns String;
}
