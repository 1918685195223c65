/** What people may not do, in every protocol. */
@requires: 'authenticated-user'
@protocol: [{kind: 'odata', path: '/explain'}, {kind: 'rest', path: '/explain-rest'}, {kind: 'hcql', path: '/explain-hcql'}]
service ExplainService {

  @restrict: [
    { grant: 'READ', to: 'Viewer' },
    { grant: ['CREATE', 'UPDATE'], to: 'Technician' },
    { grant: 'archive', to: 'Suprevisor' },
    { grant: 'check', to: 'any' },
    { grant: 'CREATE', to: 'JOBSCHEDULER' }
  ]
  entity Notes { key ID : Integer; text : String; parts : Composition of many Parts on parts.note = $self }
    actions { action archive(); @requires: 'Supervisor' action check(); };

  entity Parts { key ID : Integer; note : Association to Notes };

  @requires: 'Supervisor' action close();
  action indirectly();
  action caught();
}

@requires: 'Supervisor' @path: '/explain-closed'
service ClosedService { function now() returns String; }
