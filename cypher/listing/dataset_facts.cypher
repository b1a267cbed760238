// name:    listing.dataset_facts
// purpose: What is known of some datasets in short, for lists of them: names, moments in microseconds, which schemas say their columns, and the newest version that readers get.
// param:   ids list of string - of datasets
// param:   facets boolean - whether to give what observations said of them, as it was said; those that tell tags or a description come anyway
// returns: datasets list - one row, with a list for each dataset that exists: [id, namespace, name, format, location, description, tags, retired, facets (JSON or null), known since, last made, last made by a complete run (these two: null for never), schemas, current version or null, entity (of those that are one, the one that stands for all) or null]; a schema is [id, declared, last seen], a version [id, published, id of its schema or null]
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
OPTIONAL MATCH (d)<-[e:NAMES|PRODUCES]-()
WITH d, min(e.recorded_at) AS since, max(e.last_seen) AS made, max(e.complete_at) AS complete
OPTIONAL MATCH (d)-[s:HAS_SCHEMA|SHOWED]->(v:SchemaVersion)
WHERE s.valid_to IS NULL OR s.valid_to > datetime.realtime() AND s.retracted_at > datetime.realtime()
WITH d, since, made, complete, collect(CASE WHEN v IS NOT NULL THEN
    [v.id, s.valid_to IS NOT NULL, datetime(s.last_seen).epochSeconds * 1000000 + datetime(s.last_seen).microsecond] END) AS schemas
WITH [d.id, d.namespace, d.name, d.format, d.location, d.description, coalesce(d.tags, []), d.retired_at IS NOT NULL,
  CASE WHEN $facets OR d.facets CONTAINS '"tags": ["' OR d.description IS NULL AND d.facets CONTAINS '"documentation": ["'
    THEN d.facets END,
  datetime(since).epochSeconds * 1000000 + datetime(since).microsecond,
  datetime(made).epochSeconds * 1000000 + datetime(made).microsecond, datetime(complete).epochSeconds * 1000000 + datetime(complete).microsecond, schemas,
  CASE WHEN d.scope IS NOT NULL THEN COLLECT {
    MATCH (p:Partition {dataset: d.id})-[:CURRENT]->(v:DatasetVersion)
    WITH v ORDER BY p.key DESC LIMIT 1
    RETURN [v.id, datetime(v.published_at).epochSeconds * 1000000 + datetime(v.published_at).microsecond,
      COLLECT { MATCH (v)-[:WITH_SCHEMA]->(s:SchemaVersion) RETURN s.id }[0]]
  }[0] END, d.entity] AS facts
// One record for all: a record for each would cost the driver more than its content.
RETURN collect(facts) AS datasets
