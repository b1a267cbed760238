// name:    emitting.attempts
// purpose: What is told of attempts of runs of jobs: when, of what, and how they ended.
// param:   attempts list of map {run, fence}
// returns: run, fence, job - id; key, definition, unchanged boolean - the definition is still the one that the run was made for; started_at, ended_at or null, outcome or null, reason or null, inputs, outputs - ids of versions; targets - ids of the datasets it is to make; one row each
// access:  read
UNWIND $attempts AS x
MATCH (r:Run {id: x.run})
MATCH (a:Attempt {id: x.run + '/' + toString(x.fence)})
MATCH (j:Job {id: r.job})
WHERE r.kind = 'job' AND j.definition IS NOT NULL
RETURN r.id AS run, a.number AS fence, j.id AS job, r.key AS key, j.definition AS definition,
  coalesce(j.definition_hash = r.definition_hash, false) AS unchanged, a.started_at AS started_at, a.ended_at AS ended_at,
  a.outcome AS outcome, a.reason AS reason,
  COLLECT { MATCH (v:DatasetVersion)-[:READ_BY]->(r) RETURN v.id } AS inputs,
  COLLECT { MATCH (r)-[:WROTE]->(v:DatasetVersion) WHERE v.report_key = a.id RETURN v.id } AS outputs,
  COLLECT {
    MATCH (j)-[e:PRODUCES]->(d:Dataset)
    WHERE e.valid_to > datetime.realtime() AND e.source STARTS WITH 'estate:'
    RETURN d.id
  } AS targets
