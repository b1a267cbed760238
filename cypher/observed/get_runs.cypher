// name:    observed.get_runs
// purpose: Some runs that others told of, with what they read and made, and what was odd in their events.
// param:   ids list of string
// returns: id, namespace, name, run, state, first, started_at, ended_at, nominal_start, nominal_end, error, lost_because, gap, terms, facets, inputs list, outputs list, parents list, parts integer, warnings list of list - one row per run that is there
// access:  read
UNWIND $ids AS run_id
MATCH (r:ObservedRun {id: run_id})
OPTIONAL MATCH (j:Job {id: r.job})
RETURN r.id AS id, j.namespace AS namespace, j.name AS name, r.run AS run, r.state AS state, r.first AS first,
       r.started_at AS started_at, r.ended_at AS ended_at, r.nominal_start AS nominal_start, r.nominal_end AS nominal_end,
       r.error AS error, r.lost_because AS lost_because, r.gap AS gap, r.terms AS terms, r.facets AS facets,
       COLLECT {
         UNWIND coalesce(r.inputs, []) AS name_id
         MATCH (n:DatasetName {id: name_id})
         RETURN {namespace: n.namespace, name: n.name}
       } AS inputs,
       COLLECT {
         UNWIND coalesce(r.outputs, []) AS name_id
         MATCH (n:DatasetName {id: name_id})
         RETURN {namespace: n.namespace, name: n.name}
       } AS outputs,
       COLLECT { MATCH (r)-[:PART_OF]->(p:ObservedRun) RETURN p.id } AS parents,
       COUNT { MATCH (r)<-[:PART_OF]-(:ObservedRun) } AS parts,
       COLLECT {
         MATCH (e:LineageEvent {run: r.run})
         WHERE size(e.warnings) > 0 AND e.job = j.namespace + '/' + j.name
         RETURN e.warnings
       } AS warnings
