// name:    archive.old_runs
// purpose: The oldest runs whose details are still in the graph, with these details. By index, from a moment on before which nothing is left.
// param:   after datetime - made then or later
// param:   older_ms integer - made at least so long ago
// param:   most integer
// returns: id, kind, job, job_partition, key, state, fence, created_at, started_at, ended_at, reason, metrics, input_set, definition_hash, generation, attempts list of map, inputs list of string, outputs list of string, stays boolean - oldest first; stays: it is open, or its places are not swept yet
// access:  read
MATCH (r:Run)
WHERE r.created_at >= $after AND r.created_at <= datetime.realtime() - duration({milliseconds: $older_ms}) AND r.archived IS NULL
WITH r ORDER BY r.created_at LIMIT $most
RETURN r.id AS id, r.kind AS kind, r.job AS job, r.job_partition AS job_partition, r.key AS key, r.state AS state, r.fence AS fence,
  r.created_at AS created_at, r.started_at AS started_at, r.ended_at AS ended_at, r.reason AS reason, r.metrics AS metrics,
  r.input_set AS input_set, r.definition_hash AS definition_hash, r.generation AS generation,
  COLLECT { MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt) RETURN properties(a) } AS attempts,
  COLLECT { MATCH (v:DatasetVersion)-[:READ_BY]->(r) RETURN v.id } AS inputs,
  COLLECT { MATCH (r)-[:WROTE]->(v:DatasetVersion) RETURN v.id } AS outputs,
  r.open IS NOT NULL OR EXISTS { MATCH (r)-[:HAS_ATTEMPT]->(b:Attempt) WHERE b.unswept IS NOT NULL } AS stays
ORDER BY created_at
