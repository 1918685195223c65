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

  @restrict: [
    { grant: ['READ', 'DELETE'], to: 'Viewer' },
    { grant: ['CREATE', 'UPDATE', 'DELETE'], to: 'Technician', where: (plant = $user.plant) },
    { grant: ['UPDATE'], to: 'JOBSCHEDULER', where: (plant = $user.plnt) },
    { grant: 'seal', to: 'Technician', where: (plant = $user.plant) },
  ]
  entity Orders { key ID : Integer; plant : String(4); secret : Association to Secrets }
    actions { action seal() };

  @restrict: [{ to: 'Supervisor' }]
  entity Secrets { key ID : Integer; text : String };

  @restrict: [{ grant: 'READ', to: 'Viewer', where: (plant = $user.plant) }]
  entity Sites { key ID : Integer; plant : String(4); above : Association to Sites };

  @restrict: [{ grant: '*', to: 'Technician', where: (plant = $user.plant) }]
  entity Hidden { key ID : Integer; plant : String(4) };

  @requires: 'Supervisor' action close();
  action passOn(how : String, url : String);
  action indirectly();
  action caught();
}

/** Open, but for one entity. */
@path: '/explain-open' @requires: 'any'
service OpenService {
  function now() returns String;
  @requires: 'authenticated-user' entity Protected { key ID : Integer };
}

@requires: 'Supervisor' @path: '/explain-closed'
service ClosedService { function now() returns String; }
