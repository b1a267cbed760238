// name:    listing.version_facts
// purpose: What is known of some versions of datasets, each named by its id or by that of the observed run that wrote it.
// param:   ids list of string - of versions and observed runs
// param:   dataset string - id of the dataset that all are of
// returns: id string, location string or null, at integer - microseconds; run string or null - id of the run that wrote it; schema string or null - id of its schema - one row for each that is a version of the dataset
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (v:DatasetVersion {id: id})
  WHERE v.dataset = $dataset
  RETURN id, v.location AS location, coalesce(v.published_at, v.reported_at) AS at,
    COLLECT { MATCH (r:Run)-[:WROTE]->(v) RETURN r.id }[0] AS run,
    COLLECT { MATCH (v)-[:WITH_SCHEMA]->(s:SchemaVersion) RETURN s.id }[0] AS schema
  UNION ALL
  UNWIND $ids AS id
  MATCH (r:ObservedRun {id: id})
  WHERE r.complete_at IS NOT NULL AND EXISTS {
    MATCH (n:DatasetName)-[:NAMES]->(d:Dataset) WHERE n.id IN r.outputs AND $dataset IN [d.id, d.entity]
  }
  RETURN id, null AS location, r.complete_at AS at, r.id AS run, COLLECT {
    MATCH (:Dataset {id: $dataset})-[h:SHOWED]->(s:SchemaVersion)
    WHERE h.first_seen <= r.complete_at
    RETURN s.id ORDER BY CASE WHEN h.last_seen < r.complete_at THEN h.last_seen ELSE r.complete_at END DESC, h.first_seen DESC LIMIT 1
  }[0] AS schema
}
RETURN id, location, datetime(at).epochSeconds * 1000000 + datetime(at).microsecond AS at, run, schema
