// name:    versions.readable
// purpose: What a program must know to read versions, and what may have become of their places.
// param:   ids list of string - version ids
// returns: id, state, reason, source_time, format, options, metrics, deleted boolean - false while a sweep is at it, taken_by list of ids of later versions that were put into the same place with other content, columns list of {path, type, nullable, position} - one row per version that exists
// access:  read
UNWIND $ids AS version_id
MATCH (v:DatasetVersion {id: version_id})
MATCH (d:Dataset {id: v.dataset})
RETURN v.id AS id, v.state AS state, v.reason AS reason, v.source_time AS source_time,
  v.format AS format, d.options AS options, v.metrics AS metrics, v.undeleted IS NULL AS deleted,
  COLLECT {
    MATCH (o:DatasetVersion) WHERE o.location = v.location AND o.id <> v.id AND o.reported_at > v.reported_at
      AND o.content_hash <> v.content_hash
    RETURN o.id
  } AS taken_by,
  COLLECT {
    MATCH (v)-[:WITH_SCHEMA]->(:SchemaVersion)-[h:HAS_FIELD]->(f:Field)
    RETURN {path: f.path, type: h.type, nullable: h.nullable, position: h.position}
  } AS columns
