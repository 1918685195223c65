namespace maintenance;

using {
  cuid,
  managed
} from '@sap/cds/common';

/** What technicians note about equipment. Lives in the application's own database. */
entity WorkNotes : cuid, managed {
  equipment : String(18) @mandatory;
  plant     : String(4)  @mandatory;
  text      : String(1000) @mandatory;
}
