// name:    schedules.lock
// purpose: First statement of every tick: locks schedules, then says how far each has come, what it is now, and the time.
// param:   schedules list of string - sorted ids
// param:   token string - fresh for each attempt
// returns: id, job, ticked_at datetime, now datetime, schedule string or null, every, start, details - one row each; schedule null: the job has none any more
// access:  write
UNWIND $schedules AS id
MATCH (s:Schedule {id: id})
SET s._lock = $token
WITH s
OPTIONAL MATCH (j:Job {id: s.job}) WHERE j.retired_at IS NULL AND j.definition IS NOT NULL
RETURN s.id AS id, s.job AS job, s.ticked_at AS ticked_at, datetime.realtime() AS now, j.schedule AS schedule,
  j.partition_every AS every, j.partition_from AS start, j.partition_details AS details
