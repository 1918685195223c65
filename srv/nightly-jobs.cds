/** What the Job Scheduling service calls. Nobody else has the scope: no role template refers to it. */
@requires: 'JOBSCHEDULER'
service NightlyJobs {

  type Finding {
    equipment : String(18);
    plant     : String(4);
    problem   : String;
  }

  /**
   * Looks for equipment in S/4 whose data can't be right.
   *
   * @param background - answers 202 at once, and reports the status of the run when it is done
   */
  action checkEquipment(background : Boolean) returns {
    checked  : Integer;
    findings : array of Finding;
  };
}
