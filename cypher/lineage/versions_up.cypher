// name:    lineage.versions_up
// purpose: One hop upstream from versions and runs: the run that wrote a version, and exactly the versions that a run read.
// param:   ids list of string - the frontier: versions, runs
// param:   at datetime - the moment: what had happened by then
// returns: node string, label string, namespace string, name string, key string, state string, edges list of list - as lineage.versions_down
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (v:DatasetVersion {id: id})<-[:WROTE]-(b:Run)
  WHERE b.created_at <= $at
  RETURN id, 'WROTE' AS kind, v.reported_at AS seen, b.id AS source, b
  UNION ALL
  UNWIND $ids AS id
  MATCH (r:Run {id: id})<-[:READ_BY]-(b:DatasetVersion)
  WHERE r.kind <> 'validation'
  RETURN id, 'READ_BY' AS kind, r.created_at AS seen, r.id AS source, b
}
WITH b, collect([id, kind, 'observed', false, seen.epochMillis, source, null, null, true, []]) AS edges
OPTIONAL MATCH (d:Dataset {id: b.dataset})
OPTIONAL MATCH (j:Job {id: b.job})
RETURN b.id AS node, labels(b)[0] AS label, coalesce(b.namespace, d.namespace, j.namespace) AS namespace,
       coalesce(b.name, d.name, j.name) AS name, b.key AS key, b.state AS state, edges
