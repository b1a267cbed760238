// name:    readiness.of_job
// purpose: What one job needs, in the same shape as `readiness.consumers`.
// param:   job string - job id
// returns: job, every, start, details, definition_hash, priority, inputs list of map, outputs list of string - no row: no such job
// access:  read
MATCH (j:Job {id: $job})
WHERE j.retired_at IS NULL
RETURN j.id AS job, j.partition_every AS every, j.partition_from AS start, j.partition_details AS details,
  j.definition_hash AS definition_hash, j.priority AS priority,
  COLLECT {
    MATCH (d:Dataset)-[i:CONSUMED_BY]->(j) WHERE i.mapping IS NOT NULL AND i.valid_to > datetime.realtime()
    RETURN {dataset: d.id, every: d.partition_every, start: d.partition_from, details: d.partition_details,
      mapping: i.mapping, required: i.required, correction: i.correction}
  } AS inputs,
  COLLECT { MATCH (j)-[o:PRODUCES]->(d:Dataset) WHERE o.provenance = 'declared' AND o.valid_to > datetime.realtime() RETURN d.id } AS outputs
