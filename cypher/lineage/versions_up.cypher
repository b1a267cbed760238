// name:    lineage.versions_up
// purpose: One hop upstream from versions and runs: the run that wrote a version, and exactly the versions that a run read; of a run that others tell of, those that were current when it began in the partitions that it named.
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
  UNION ALL
  UNWIND $ids AS id
  MATCH (v:DatasetVersion {id: id})<-[:WROTE]-(b:ObservedRun)
  WHERE b.first <= $at
  RETURN id, 'WROTE' AS kind, v.reported_at AS seen, b.id AS source, b
  UNION ALL
  UNWIND $ids AS id
  MATCH (r:ObservedRun {id: id})<-[:READ_BY]-(p:Partition)
  CALL (r, p) {
    MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion)
    WHERE v.source_time <= coalesce(r.started_at, r.first)
      AND (v.state IN ['PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'RETIRED'] OR v.quarantined_by IS NOT NULL)
    RETURN v AS b ORDER BY v.source_time DESC, v.id DESC LIMIT 1
  }
  RETURN id, 'READ_BY' AS kind, r.heard AS seen, r.id AS source, b
}
WITH b, collect([id, kind, 'observed', false, seen.epochMillis, source, null, null, true, [], null]) AS edges
OPTIONAL MATCH (d:Dataset {id: b.dataset})
OPTIONAL MATCH (j:Job {id: b.job})
RETURN collect([b.id, labels(b)[0], coalesce(b.namespace, d.namespace, j.namespace), coalesce(b.name, d.name, j.name), null,
  b.key, b.state, false, true, edges, d.entity, null]) AS hops
