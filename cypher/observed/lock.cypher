// name:    observed.lock
// purpose: Locks what observations speak of (jobs, the datasets behind names, runs of others, and of names that are new the namespaces), makes what of it is new, and says what is known of all of it; of new datasets also what of them is declared (`identity.may_be`), and what stands of that (`identity.declared_evidence`).
// param:   jobs list of map {id, namespace, name} - sorted by id
// param:   names list of map {id, namespace, name, scope, dataset, schemas: list of string} - sorted by id; scope: the id of the node that stands for all names of the namespace; dataset: the id of the dataset, where the name is new; schemas: ids of those that it may have shown
// param:   runs list of map {id, job, run} - sorted by id
// param:   token string - fresh for each attempt
// param:   now datetime
// param:   forever datetime
// returns: jobs list, names list, runs list, wanted list of map {id, namespace, name, dataset, text, source, partition_every, partition_from, partition_details}, standing list of map {id, source, target} - one row. A job is [id, facets, terms, coverage, whether it ever said something of its outputs]; a name [id, dataset, facets, terms, drops, those of the schemas that it showed]; a run [id, facets, terms, types, first, started_at, ended_at, complete_at, inputs, outputs, heard, slices, told]. Facets, terms and slices are JSON, inputs and outputs ids of dataset names
// access:  write
CALL () {
  UNWIND $jobs AS x
  MERGE (j:Job {id: x.id})
  ON CREATE SET j.namespace = x.namespace, j.name = x.name
  SET j._lock = $token
  RETURN collect([j.id, j.facets, j.terms, j.coverage, size(coalesce(j.told, [])) > 0]) AS jobs
}
CALL () {
  UNWIND $names AS x
  MERGE (n:DatasetName {id: x.id})
  ON CREATE SET n.namespace = x.namespace, n.name = x.name
  WITH n, x
  WHERE NOT EXISTS { MATCH (n)-[:NAMES]->(:Dataset) }
  MERGE (d:Dataset {id: x.dataset})
  ON CREATE SET d.namespace = x.namespace, d.name = x.name
  CREATE (n)-[:NAMES {valid_from: $now, valid_to: $forever, recorded_at: $now, retracted_at: $forever}]->(d)
  RETURN collect(DISTINCT x.dataset) AS fresh, collect(DISTINCT x.scope) AS scopes
}
CALL () {
  UNWIND $names AS x
  MATCH (:DatasetName {id: x.id})-[:NAMES]->(d:Dataset)
  SET d._lock = $token
  FOREACH (_ IN CASE WHEN d.retired_at IS NOT NULL AND d.scope IS NULL THEN [1] ELSE [] END | REMOVE d.retired_at)
  RETURN collect([x.id, d.id, d.facets, d.terms, d.drops,
    COLLECT { UNWIND x.schemas AS id MATCH (d)-[:SHOWED]->(s:SchemaVersion {id: id}) RETURN s.id }]) AS names
}
CALL () {
  UNWIND $runs AS x
  MERGE (r:ObservedRun {id: x.id})
  ON CREATE SET r.job = x.job, r.run = x.run
  SET r._lock = $token
  RETURN collect([r.id, r.facets, r.terms, coalesce(r.types, []), r.first, r.started_at, r.ended_at, r.complete_at,
    coalesce(r.inputs, []), coalesce(r.outputs, []), r.heard, r.slices, coalesce(r.told, [])]) AS runs
}
// Whoever declares a name waits here, and looks then at the names that are new.
CALL (scopes) {
  UNWIND scopes AS id
  WITH id ORDER BY id
  MERGE (s:Scope {id: id})
  SET s._lock = $token
  RETURN count(*) AS locked
}
CALL (fresh) {
  UNWIND fresh AS id
  MATCH (d:Dataset {id: id})<-[:NAMES]-(n:DatasetName)
  WHERE d.scope IS NULL OR d.retired_at IS NOT NULL OR d.scope STARTS WITH 'import:'
  MATCH (p:DeclaredName {namespace: n.namespace})
  WHERE n.name STARTS WITH p.start OR n.name STARTS WITH '/' + p.start
  MATCH (of:Dataset {id: p.dataset})
  RETURN collect({id: id, namespace: n.namespace, name: n.name, dataset: p.dataset, text: p.text, source: p.source,
    partition_every: of.partition_every, partition_from: of.partition_from, partition_details: of.partition_details}) AS wanted
}
CALL (fresh) {
  UNWIND fresh AS id
  MATCH (a:Dataset)-[e:SAME_AS]->(:Dataset {id: id})
  WHERE e.kind = 'declared' AND e.valid_to > datetime.realtime()
  RETURN collect({id: e.id, source: a.id, target: id}) AS standing
}
RETURN jobs, names, runs, wanted, standing
