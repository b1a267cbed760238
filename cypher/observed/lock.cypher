// name:    observed.lock
// purpose: Locks what observations speak of (jobs, the datasets behind names, runs of others), makes the jobs and runs that are new, and says what is known of all of them.
// param:   jobs list of map {id, namespace, name} - sorted by id
// param:   names list of string - ids of dataset names, sorted
// param:   runs list of map {id, job, run} - sorted by id
// param:   token string - fresh for each attempt
// returns: kind string, id string, dataset string, facets string, drops list, types list, first datetime, started_at datetime, ended_at datetime, complete_at datetime, inputs list, outputs list, heard datetime, slices string, terms string, coverage string, told list - one row each (kind: job, name, run), none for a name that leads to no dataset; facets, terms and slices are JSON, inputs and outputs are ids of dataset names, told is what a run said of its outputs, or of which of them a job ever said something, and what a kind does not have is null
// access:  write
CALL () {
  UNWIND $jobs AS x
  MERGE (j:Job {id: x.id})
  ON CREATE SET j.namespace = x.namespace, j.name = x.name
  SET j._lock = $token
  RETURN 'job' AS kind, j.id AS id, null AS dataset, j.facets AS facets, null AS drops, null AS types, null AS first, null AS started_at,
    null AS ended_at, null AS complete_at, null AS inputs, null AS outputs, null AS heard, null AS slices, j.terms AS terms, j.coverage AS coverage,
    coalesce(j.told, []) AS told
  UNION ALL
  UNWIND $names AS name
  MATCH (:DatasetName {id: name})-[:NAMES]->(d:Dataset)
  SET d._lock = $token
  FOREACH (_ IN CASE WHEN d.retired_at IS NOT NULL AND d.scope IS NULL THEN [1] ELSE [] END | REMOVE d.retired_at)
  RETURN 'name' AS kind, name AS id, d.id AS dataset, d.facets AS facets, d.drops AS drops, null AS types, null AS first, null AS started_at,
    null AS ended_at, null AS complete_at, null AS inputs, null AS outputs, null AS heard, null AS slices, d.terms AS terms, null AS coverage,
    null AS told
  UNION ALL
  UNWIND $runs AS x
  MERGE (r:ObservedRun {id: x.id})
  ON CREATE SET r.job = x.job, r.run = x.run
  SET r._lock = $token
  RETURN 'run' AS kind, r.id AS id, null AS dataset, r.facets AS facets, null AS drops, coalesce(r.types, []) AS types, r.first AS first,
    r.started_at AS started_at, r.ended_at AS ended_at, r.complete_at AS complete_at, coalesce(r.inputs, []) AS inputs,
    coalesce(r.outputs, []) AS outputs, r.heard AS heard, r.slices AS slices, r.terms AS terms, null AS coverage,
    coalesce(r.told, []) AS told
}
RETURN kind, id, dataset, facets, drops, types, first, started_at, ended_at, complete_at, inputs, outputs, heard, slices, terms, coverage, told
