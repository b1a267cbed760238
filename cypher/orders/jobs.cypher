// name:    orders.jobs
// purpose: Every job that is declared and run here, with what selectors go by and what stands around it.
// returns: id string, namespace string, name string, tags list of string, owners list of string, reads list of dataset ids, makes list of dataset ids - by namespace and name
// access:  read
MATCH (j:Job)
WHERE j.retired_at IS NULL AND j.definition IS NOT NULL
RETURN j.id AS id, j.namespace AS namespace, j.name AS name, coalesce(j.tags, []) + coalesce(j.observed_tags, []) AS tags,
  COLLECT { MATCH (j)-[:OWNED_BY]->(o:Owner) RETURN DISTINCT o.name } AS owners,
  COLLECT {
    MATCH (d:Dataset)-[i:CONSUMED_BY]->(j) WHERE i.valid_to > datetime.realtime() AND i.source STARTS WITH 'estate:'
    RETURN d.id
  } AS reads,
  COLLECT {
    MATCH (j)-[o:PRODUCES]->(d:Dataset) WHERE o.valid_to > datetime.realtime() AND o.source STARTS WITH 'estate:'
    RETURN d.id
  } AS makes
ORDER BY namespace, name
