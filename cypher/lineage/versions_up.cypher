// name:    lineage.versions_up
// purpose: One hop upstream from versions and runs: the run that wrote a version, and exactly the versions that a run read.
// param:   ids list of string - the frontier: versions, runs
// param:   at datetime - the moment: what had happened by then
// returns: hops list - one row, as lineage.step_down; namespace and name are those of the dataset, the job or the consumer
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
WITH b, collect([id, kind, 'observed', false, seen.epochMillis, source, null, null, true, [], null]) AS edges
OPTIONAL MATCH (d:Dataset {id: b.dataset})
OPTIONAL MATCH (j:Job {id: b.job})
RETURN collect([b.id, labels(b)[0], coalesce(b.namespace, d.namespace, j.namespace), coalesce(b.name, d.name, j.name), null,
  b.key, b.state, false, true, edges, d.entity, null]) AS hops
