// name:    schedules.give_up_waiting
// purpose: Nominal times that wait for inputs of jobs that have no schedule any more.
// param:   jobs list of string - job ids
// returns: id string - one row each
// access:  write
UNWIND $jobs AS job
MATCH (t:Tick)
WHERE t.open = 1 AND t.job = job
SET t.state = 'SUPERSEDED', t.reason = 'its job has no schedule any more'
REMOVE t.open
WITH t
MATCH (jp:JobPartition {id: t.job_partition})
REMOVE jp.tick
RETURN t.id AS id
