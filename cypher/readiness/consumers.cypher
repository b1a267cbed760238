// name:    readiness.consumers
// purpose: The jobs that read any of these datasets, with everything that decides which of their partitions are concerned.
// param:   datasets list of string - dataset ids
// returns: job, every, start, details, definition_hash, priority, inputs list of map, outputs list of string - one row per job
// access:  read
UNWIND $datasets AS dataset
MATCH (:Dataset {id: dataset})-[e:CONSUMED_BY]->(j:Job)
// What was only seen to be read decides nothing.
WHERE e.mapping IS NOT NULL AND e.valid_to > datetime.realtime() AND j.retired_at IS NULL
WITH DISTINCT j
RETURN j.id AS job, j.partition_every AS every, j.partition_from AS start, j.partition_details AS details,
  j.definition_hash AS definition_hash, j.priority AS priority,
  COLLECT {
    MATCH (d:Dataset)-[i:CONSUMED_BY]->(j) WHERE i.mapping IS NOT NULL AND i.valid_to > datetime.realtime()
    RETURN {dataset: d.id, every: d.partition_every, start: d.partition_from, details: d.partition_details,
      mapping: i.mapping, required: i.required, correction: i.correction}
  } AS inputs,
  COLLECT { MATCH (j)-[o:PRODUCES]->(d:Dataset) WHERE o.provenance = 'declared' AND o.valid_to > datetime.realtime() RETURN d.id } AS outputs
