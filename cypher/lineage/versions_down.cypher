// name:    lineage.versions_down
// purpose: One hop downstream from versions and runs: the runs that read a version, the consumers that could read it while it was there, the versions that a run wrote. Of runs that others tell of, those that read the partition while the version was its current one.
// param:   ids list of string - the frontier: versions, runs
// param:   at datetime - the moment: what had happened by then
// returns: hops list - one row, as lineage.step_down; namespace and name are those of the dataset, the job or the consumer
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (:DatasetVersion {id: id})-[:READ_BY]->(b:Run)
  WHERE b.kind <> 'validation' AND b.created_at <= $at
  RETURN id, 'READ_BY' AS kind, 'observed' AS provenance, b.created_at AS seen, b.id AS source, b
  UNION ALL
  UNWIND $ids AS id
  MATCH (r:Run {id: id})-[:WROTE]->(b:DatasetVersion)
  WHERE b.reported_at <= $at
  RETURN id, 'WROTE' AS kind, 'observed' AS provenance, b.reported_at AS seen, r.id AS source, b
  UNION ALL
  UNWIND $ids AS id
  MATCH (v:DatasetVersion {id: id})<-[:HAS_VERSION]-(p:Partition)-[:READ_BY]->(b:ObservedRun)
  WHERE v.source_time <= coalesce(b.started_at, b.first) AND b.first <= $at
    AND (v.state IN ['PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'RETIRED'] OR v.quarantined_by IS NOT NULL)
    AND NOT EXISTS {
      MATCH (p)-[:HAS_VERSION]->(w:DatasetVersion)
      WHERE w.source_time <= coalesce(b.started_at, b.first)
        AND (w.source_time > v.source_time OR (w.source_time = v.source_time AND w.id > v.id))
        AND (w.state IN ['PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'RETIRED'] OR w.quarantined_by IS NOT NULL)
    }
  RETURN id, 'READ_BY' AS kind, 'observed' AS provenance, b.heard AS seen, b.id AS source, b
  UNION ALL
  UNWIND $ids AS id
  MATCH (r:ObservedRun {id: id})-[:WROTE]->(b:DatasetVersion)
  WHERE b.reported_at <= $at
  RETURN id, 'WROTE' AS kind, 'observed' AS provenance, b.reported_at AS seen, r.id AS source, b
  UNION ALL
  UNWIND $ids AS id
  MATCH (v:DatasetVersion {id: id})
  WHERE v.published_at <= $at
  MATCH (:Dataset {id: v.dataset})-[e:CONSUMED_BY]->(b:Consumer)
  WHERE e.valid_from <= $at AND v.published_at < e.valid_to AND datetime.realtime() < e.retracted_at
  RETURN id, 'CONSUMED_BY' AS kind, e.provenance AS provenance, e.last_seen AS seen, e.source AS source, b
  UNION ALL
  // Consumers that know the dataset by another of its names.
  UNWIND $ids AS id
  MATCH (v:DatasetVersion {id: id})
  WHERE v.published_at <= $at
  MATCH (d:Dataset {id: v.dataset})
  WHERE d.entity IS NOT NULL
  MATCH (m:Dataset {entity: d.entity})-[e:CONSUMED_BY]->(b:Consumer)
  WHERE m.id <> d.id AND e.valid_from <= $at AND v.published_at < e.valid_to AND datetime.realtime() < e.retracted_at
  RETURN id, 'CONSUMED_BY' AS kind, e.provenance AS provenance, e.last_seen AS seen, e.source AS source, b
}
WITH b, collect([id, kind, provenance, false, seen.epochMillis, source, null, null, true, [], null]) AS edges
OPTIONAL MATCH (d:Dataset {id: b.dataset})
OPTIONAL MATCH (j:Job {id: b.job})
RETURN collect([b.id, labels(b)[0], coalesce(b.namespace, d.namespace, j.namespace), coalesce(b.name, d.name, j.name), null,
  b.key, b.state, false, true, edges, d.entity, null]) AS hops
