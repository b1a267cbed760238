// name:    schedules.end_ticks
// purpose: Nominal times that waited and do so no more. Only after the lock of their job partitions.
// param:   ticks list of map {id, job_partition, state, reason, run: string or null}
// returns: id string - one row each
// access:  write
UNWIND $ticks AS x
MATCH (t:Tick {id: x.id})
MATCH (jp:JobPartition {id: x.job_partition})
SET t.state = x.state, t.reason = x.reason, t.run = x.run
REMOVE t.open, jp.tick
RETURN t.id AS id
