using {API_EQUIPMENT} from './external/API_EQUIPMENT';

/** What an application does in the situations of the README's comparison with stock CAP. */
@requires: 'authenticated-user'
service ReasonsService {
  /** Reads equipment as the privileged user: in a transaction, or in the background. */
  action asPrivileged(place : String, equipment : String);

  /** Queues a message, whose handler reads that equipment. */
  action enqueue(equipment : String);

  /** Ends the handler of the equipment `WAIT`. */
  action release();

  @delegated
  event work {
    equipment : String;
  }

  /** Calls a system that cannot be reached. */
  action callGone();

  @restrict: [{
    grant: 'READ',
    where: 'not (plant = $user.plant)'
  }]
  entity OfOtherPlants as projection on reasons.Machines;
}

context reasons {
  entity Machines {
    key ID    : Integer;
        plant : String;
  }
}
