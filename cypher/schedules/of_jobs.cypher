// name:    schedules.of_jobs
// purpose: How far the schedules of jobs have come.
// param:   ids list of string - ids of schedules
// returns: id string, job string, ticked_at datetime, next_at datetime or null, now datetime - one row for each that there is
// access:  read
UNWIND $ids AS id
MATCH (s:Schedule {id: id})
RETURN s.id AS id, s.job AS job, s.ticked_at AS ticked_at, s.next_at AS next_at, datetime.realtime() AS now
