// name:    verify.nominal_times
// purpose: Nominal times that should have come and did not, that have no run although they say so, or that made several.
// param:   patience_ms integer - two sweeps
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (s:Schedule)
WHERE s.look_at < datetime.realtime() - duration({milliseconds: $patience_ms})
RETURN s.id AS subject, 'the nominal time ' + toString(s.next_at) + ' of job ' + s.job + ' has come and nobody ticked it' AS message
LIMIT $most
UNION ALL
MATCH (t:Tick)
WHERE t.state = 'RUN' AND NOT EXISTS { MATCH (:JobPartition {id: t.job_partition})-[:HAS_RUN]->(r:Run) WHERE r.id = t.run }
RETURN t.id AS subject, 'nominal time ' + toString(t.nominal) + ' of partition ' + t.key + ' has lost its run' AS message
LIMIT $most
UNION ALL
MATCH (t:Tick)
WHERE t.run IS NOT NULL
WITH t.run AS run, collect(t.id) AS several
WHERE size(several) > 1
RETURN run AS subject, 'is the run of ' + toString(size(several)) + ' nominal times' AS message
LIMIT $most
UNION ALL
MATCH (r:Run)
WHERE r.nominal IS NOT NULL
WITH r.job_partition AS job_partition, r.nominal AS nominal, collect(r.id) AS several
WHERE size(several) > 1
RETURN several[0] AS subject, 'nominal time ' + toString(nominal) + ' made ' + toString(size(several)) + ' runs of one job partition' AS message
LIMIT $most
