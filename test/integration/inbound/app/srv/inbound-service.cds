using {PublicService} from './public-service';

/** For authenticated users. */
@requires: 'authenticated-user'
service InboundService {
  function whoami()                      returns PublicService.Identity;
  /** The same as an action, for `$batch`. */
  action   touch()                       returns PublicService.Identity;
  /** Changes everything that can be reached of the current user. */
  action   tamper()                      returns PublicService.Identity;
  /** Sets a Cache-Control header of its own. */
  function cacheable()                   returns String;
  @requires: 'Supervisor'
  function supervisorOnly()              returns String;
  @requires: 'JOBSCHEDULER'
  function jobsOnly()                    returns String;
  @requires: 'system-user'
  function systemOnly()                  returns String;
  @requires: 'internal-user'
  function internalOnly()                returns String;
}
