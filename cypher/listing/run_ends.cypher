// name:    listing.run_ends
// purpose: What some runs read and wrote, by version. What an observed run read is what was written last when it began.
// param:   ids list of string - of runs, ours and observed ones
// returns: run string, reads boolean, dataset string, namespace string, name string, own string or null - id of a version of ours, own_at integer or null, own_by string or null - id of our run that wrote it, seen string or null - id of the observed run that wrote it last, seen_at integer or null - one row for each dataset of each run, moments in microseconds
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (r:ObservedRun {id: id})
  UNWIND coalesce(r.inputs, []) AS called
  MATCH (n:DatasetName {id: called})-[:NAMES]->(d:Dataset)
  WITH id, r, n, d, coalesce(r.started_at, r.first) AS began
  RETURN id, true AS reads, coalesce(d.entity, d.id) AS dataset, n.namespace AS namespace, n.name AS name,
    COLLECT {
      MATCH (v:DatasetVersion {dataset: coalesce(d.entity, d.id)})
      WHERE v.published_at <= began
      WITH v ORDER BY v.published_at DESC LIMIT 1
      RETURN [v.id, datetime(v.published_at).epochSeconds * 1000000 + datetime(v.published_at).microsecond, COLLECT { MATCH (w:Run)-[:WROTE]->(v) RETURN w.id }[0]]
    }[0] AS own,
    COLLECT {
      CALL (d) {
        RETURN d AS same
        UNION
        MATCH (same:Dataset {entity: d.entity})
        RETURN same
      }
      MATCH (m:DatasetName)-[:NAMES]->(same)<-[:PRODUCES]-(j:Job)
      CALL (m, j, r, began) {
        MATCH (w:ObservedRun)
        WHERE w.job = j.id AND w.complete_at <= began AND m.id IN w.outputs AND w.id <> r.id
        RETURN w ORDER BY w.job DESC, w.complete_at DESC LIMIT 1
      }
      WITH w ORDER BY w.complete_at DESC, w.id LIMIT 1
      RETURN [w.id, datetime(w.complete_at).epochSeconds * 1000000 + datetime(w.complete_at).microsecond]
    }[0] AS seen
  UNION ALL
  UNWIND $ids AS id
  MATCH (r:ObservedRun {id: id})
  UNWIND coalesce(r.outputs, []) AS called
  MATCH (n:DatasetName {id: called})-[:NAMES]->(d:Dataset)
  RETURN id, false AS reads, coalesce(d.entity, d.id) AS dataset, n.namespace AS namespace, n.name AS name, null AS own,
    CASE WHEN r.complete_at IS NOT NULL THEN [r.id, datetime(r.complete_at).epochSeconds * 1000000 + datetime(r.complete_at).microsecond] END AS seen
  UNION ALL
  UNWIND $ids AS id
  MATCH (r:Run {id: id})
  MATCH (v:DatasetVersion)-[e:READ_BY|WROTE]-(r)
  MATCH (d:Dataset {id: v.dataset})
  RETURN id, type(e) = 'READ_BY' AS reads, d.id AS dataset, d.namespace AS namespace, d.name AS name,
    [v.id, datetime(v.reported_at).epochSeconds * 1000000 + datetime(v.reported_at).microsecond, COLLECT { MATCH (w:Run)-[:WROTE]->(v) RETURN w.id }[0]] AS own,
    null AS seen
}
RETURN id AS run, reads, dataset, namespace, name, own[0] AS own, own[1] AS own_at, own[2] AS own_by, seen[0] AS seen, seen[1] AS seen_at
ORDER BY run, reads, namespace, name, own
