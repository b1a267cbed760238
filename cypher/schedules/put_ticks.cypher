// name:    schedules.put_ticks
// purpose: Nominal times that have come, with what became of each. Only after the locks of their schedules and job partitions.
// param:   ticks list of map {id, schedule, job, job_partition, key, nominal: datetime, state, reason, run: string or null, waits: boolean} - the later of one job partition last
// returns: id string - one row each
// access:  write
UNWIND $ticks AS x
MATCH (jp:JobPartition {id: x.job_partition})
MERGE (t:Tick {id: x.id})
SET t.schedule = x.schedule, t.job = x.job, t.job_partition = x.job_partition, t.key = x.key, t.nominal = x.nominal,
  t.state = x.state, t.reason = x.reason, t.run = x.run, t.created_at = datetime.realtime(),
  t.open = CASE WHEN x.waits THEN 1 END,
  jp.called = x.nominal, jp.tick = CASE WHEN x.waits THEN x.id END
RETURN t.id AS id
