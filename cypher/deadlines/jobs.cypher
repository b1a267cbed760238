// name:    deadlines.jobs
// purpose: All jobs that are run here, with what decides which of their partitions wait for what.
// returns: id, namespace, name, kind, every, start, details, inputs list of [dataset, mapping, required], outputs list of string - one row per job
// access:  read
MATCH (j:Job)
WHERE j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN j.id AS id, j.namespace AS namespace, j.name AS name, j.kind AS kind, j.partition_every AS every, j.partition_from AS start,
  j.partition_details AS details,
  COLLECT {
    MATCH (d:Dataset)-[i:CONSUMED_BY]->(j) WHERE i.valid_to > datetime.realtime() AND i.source STARTS WITH 'estate:'
    RETURN [d.id, i.mapping, i.required]
  } AS inputs,
  COLLECT { MATCH (j)-[o:PRODUCES]->(d:Dataset) WHERE o.valid_to > datetime.realtime() AND o.source STARTS WITH 'estate:'
    RETURN d.id } AS outputs
