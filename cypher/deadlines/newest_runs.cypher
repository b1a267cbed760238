// name:    deadlines.newest_runs
// purpose: The newest run of some job partitions, with when it became ready and was claimed first. Moments are milliseconds since 1970: a number is read ten times as fast.
// param:   job_partitions list of string - ids
// returns: now integer, rows list of [place integer - in `job_partitions`, state string, reason string, ready integer, began integer or null, not_before integer or null - its next try], one for each that had a run - one row
// access:  read
UNWIND range(0, size($job_partitions) - 1) AS place
CALL (place) {
  MATCH (:JobPartition {id: $job_partitions[place]})-[:HAS_RUN]->(r:Run)
  RETURN r ORDER BY coalesce(r.open, 0) DESC, r.created_at DESC LIMIT 1
}
WITH place, r, COLLECT { MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt) RETURN a.started_at ORDER BY a.started_at LIMIT 1 }[0] AS began
WITH collect([place, r.state, r.reason, datetime(r.created_at).epochMillis, datetime(began).epochMillis,
  datetime(r.not_before).epochMillis]) AS rows
RETURN datetime.realtime().epochMillis AS now, rows
