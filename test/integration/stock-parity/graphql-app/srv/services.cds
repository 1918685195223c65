using { db } from '../db/memos';

@protocol: ['odata', 'graphql']
service PublicService {
  entity Memos as projection on db.Memos;

  @restrict: [
    { grant: 'READ', to: 'any', where: 'country = ''FR''' },
    { grant: '*', to: 'Viewer', where: 'owner = $user and country = $user.country' }
  ]
  entity Filtered as projection on db.Memos;
}

@protocol: ['odata', 'graphql']
@requires: 'authenticated-user'
service UserService {
  @restrict: [{ grant: '*', where: 'owner = $user' }]
  entity Memos as projection on db.Memos;
}

@protocol: ['graphql']
@requires: 'Viewer'
service ViewerService {
  entity Memos as projection on db.Memos;

  @requires: 'Other'
  entity Others as projection on db.Memos;
}

@protocol: ['graphql']
@requires: 'Other'
service OtherService {
  entity Memos as projection on db.Memos;
}
