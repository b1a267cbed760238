// name:    retirement.job
// purpose: What a job reads and makes now, and when it last ran, here or elsewhere.
// param:   job string - id
// returns: job, namespace, name, every or null, retired_at or null, outputs list of string, inputs list of string - ids of datasets; last_run datetime or null, run or null, runs_here boolean, last_observed datetime or null - no row: there is no such job
// access:  read
MATCH (j:Job {id: $job})
CALL (j) {
  OPTIONAL MATCH (r:Run {job: j.id})
  WHERE r.started_at IS NOT NULL
  WITH r ORDER BY r.created_at DESC LIMIT 1
  RETURN collect(r) AS newest
}
CALL (j) {
  OPTIONAL MATCH (o:ObservedRun {job: j.id})
  RETURN max(coalesce(o.started_at, o.first)) AS last_observed
}
RETURN j.id AS job, j.namespace AS namespace, j.name AS name, j.partition_every AS every, j.retired_at AS retired_at,
  COLLECT { MATCH (j)-[o:PRODUCES]->(d:Dataset) WHERE o.valid_to > datetime.realtime() AND o.retracted_at > datetime.realtime() RETURN d.id } AS outputs,
  COLLECT { MATCH (d:Dataset)-[i:CONSUMED_BY]->(j) WHERE i.valid_to > datetime.realtime() AND i.retracted_at > datetime.realtime() RETURN d.id } AS inputs,
  newest[0].started_at AS last_run, newest[0].id AS run, j.definition IS NOT NULL AS runs_here, last_observed
