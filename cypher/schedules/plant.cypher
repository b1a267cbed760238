// name:    schedules.plant
// purpose: New and changed schedules, which begin now: what lies before is not theirs. Without a next time, one that is over.
// param:   schedules list of map {id, job, next_at: datetime or null}
// param:   now datetime
// returns: id string - one row each
// access:  write
UNWIND $schedules AS x
MERGE (s:Schedule {id: x.id})
SET s.job = x.job, s.ticked_at = $now, s.next_at = x.next_at, s.look_at = x.next_at
RETURN s.id AS id
