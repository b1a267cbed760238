// name:    listing.same_datasets
// purpose: What is known of the datasets that some stand for: moments in microseconds, and the schemas that they showed.
// param:   ids list of string - of datasets that stand for others
// returns: id string, since integer, made integer or null, complete integer or null, schemas list - one row each; a schema is [id, false, last seen]
// access:  read
UNWIND $ids AS id
MATCH (m:Dataset {entity: id})
OPTIONAL MATCH (m)<-[e:NAMES|PRODUCES]-()
WITH id, m, min(e.recorded_at) AS since, max(e.last_seen) AS made, max(e.complete_at) AS complete
OPTIONAL MATCH (m)-[s:SHOWED]->(v:SchemaVersion)
WHERE m.id <> id
WITH id, min(since) AS since, max(made) AS made, max(complete) AS complete, collect(CASE WHEN v IS NOT NULL THEN
    [v.id, false, datetime(s.last_seen).epochSeconds * 1000000 + datetime(s.last_seen).microsecond] END) AS schemas
RETURN id, datetime(since).epochSeconds * 1000000 + datetime(since).microsecond AS since,
  datetime(made).epochSeconds * 1000000 + datetime(made).microsecond AS made,
  datetime(complete).epochSeconds * 1000000 + datetime(complete).microsecond AS complete, schemas
