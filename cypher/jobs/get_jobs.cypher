// name:    jobs.get_jobs
// purpose: Everything declared about some jobs, with owners, and what they read and produce now: what was declared, or for a job that nobody declared, what was seen.
// param:   ids list of string - job ids
// returns: id, namespace, name, kind, partition_every, partition_from, partition_details, definition_hash, retries, timeout_seconds, priority, description, scope, columns_known, unresolved, retired_at, terms, facets, gap, owners list, parents list, parts list, inputs list, outputs list - one row per job that exists; terms and facets are JSON that others told; parents, parts: jobs whose runs were seen to have, or to be, parts of others
// access:  read
UNWIND $ids AS job_id
MATCH (j:Job {id: job_id})
RETURN j.id AS id, j.namespace AS namespace, j.name AS name, j.kind AS kind, j.partition_every AS partition_every,
       j.partition_from AS partition_from, j.partition_details AS partition_details,
       j.definition_hash AS definition_hash, j.retries AS retries,
       j.timeout_seconds AS timeout_seconds, j.priority AS priority, j.description AS description, j.scope AS scope,
       j.columns_known AS columns_known, j.unresolved AS unresolved, j.retired_at AS retired_at, j.terms AS terms, j.facets AS facets, j.gap AS gap,
       COLLECT { MATCH (j)-[:OWNED_BY]->(o:Owner) RETURN DISTINCT o.name } AS owners,
       COLLECT { MATCH (j)-[:PART_OF]->(q:Job) RETURN {namespace: q.namespace, name: q.name} } AS parents,
       COLLECT { MATCH (j)<-[:PART_OF]-(q:Job) RETURN {namespace: q.namespace, name: q.name} ORDER BY q.name LIMIT 200 } AS parts,
       COLLECT {
         MATCH (d:Dataset)-[e:CONSUMED_BY]->(j)
         WHERE (e.mapping IS NOT NULL OR j.definition_hash IS NULL) AND e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
         RETURN {namespace: d.namespace, name: d.name, mapping: e.mapping, required: e.required, correction: e.correction, by: e.by, terms: e.terms}
       } AS inputs,
       COLLECT {
         MATCH (j)-[e:PRODUCES]->(d:Dataset)
         WHERE (e.provenance = 'declared' OR j.definition_hash IS NULL) AND e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
         RETURN {namespace: d.namespace, name: d.name}
       } AS outputs
