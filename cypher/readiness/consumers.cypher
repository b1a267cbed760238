// name:    readiness.consumers
// purpose: The jobs that read any of these datasets, with everything that decides which of their partitions are concerned.
// param:   datasets list of string - dataset ids
// returns: job, every, start, details, definition_hash, priority, ready_for float or null, run_order string or null, schedule string or null, not_before string or null, after list of map, followed boolean, inputs list of map, outputs list of string - one row per job
// access:  read
// Only what an estate declares is waited for: what others say of a job is lineage, and jobs of theirs are not run.
UNWIND $datasets AS dataset
MATCH (:Dataset {id: dataset})-[e:CONSUMED_BY]->(j:Job)
WHERE e.valid_to > datetime.realtime() AND e.source STARTS WITH 'estate:' AND j.retired_at IS NULL
  AND j.definition IS NOT NULL
WITH DISTINCT j
RETURN j.id AS job, j.partition_every AS every, j.partition_from AS start, j.partition_details AS details,
  j.definition_hash AS definition_hash, j.priority AS priority, j.ready_for AS ready_for, j.run_order AS run_order,
  j.schedule AS schedule, j.not_before AS not_before,
  COLLECT {
    MATCH (b:Job)-[f:FOLLOWED_BY]->(j) WHERE f.valid_to > datetime.realtime()
    RETURN {job: b.id, every: b.partition_every, start: b.partition_from, details: b.partition_details,
      mapping: f.mapping, state: f.state}
  } AS after,
  EXISTS { MATCH (j)-[f:FOLLOWED_BY]->(:Job) WHERE f.valid_to > datetime.realtime() } AS followed,
  COLLECT {
    MATCH (d:Dataset)-[i:CONSUMED_BY]->(j) WHERE i.valid_to > datetime.realtime() AND i.source STARTS WITH 'estate:'
    RETURN {dataset: d.id, every: d.partition_every, start: d.partition_from, details: d.partition_details,
      mapping: i.mapping, required: i.required, correction: i.correction, terms: i.terms}
  } AS inputs,
  COLLECT { MATCH (j)-[o:PRODUCES]->(d:Dataset) WHERE o.valid_to > datetime.realtime() AND o.source STARTS WITH 'estate:'
    RETURN d.id } AS outputs
