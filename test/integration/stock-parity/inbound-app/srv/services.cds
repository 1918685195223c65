@path: '/public'
service PublicService {
  function whoami() returns String;
}

@path    : '/user'
@requires: 'authenticated-user'
service UserService {
  function whoami() returns String;
}

@path    : '/late'
@requires: 'Late'
service LateService {
  function whoami() returns String;
}

@path    : '/listed'
@restrict: [{ grant: '*', to: ['Late', 'Other'] }]
service ListedService {
  function whoami() returns String;
}

/** At several endpoints, each with the same door. */
@protocol: [
  { kind: 'odata', path: '/twice' },
  { kind: 'rest', path: '/again/twice' },
  { kind: 'hcql', path: '/query/twice' }
]
@restrict: [{ grant: '*', to: 'Late' }]
service TwiceService {
  function whoami() returns String;
}

@path: '/things'
service ThingService {
  @restrict: [
    { grant: 'READ', to: 'Late' },
    { grant: 'UPDATE', to: 'Late', where: 'owner = $user' },
    { grant: 'DELETE', to: 'Other' }
  ]
  entity Things {
    key ID    : Integer;
        owner : String;
  }

  @requires: 'Late'
  action act();
}
