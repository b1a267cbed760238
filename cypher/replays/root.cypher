// name:    replays.root
// purpose: A version that turned out bad, with those of its partition that have the same content, and what readers of the partition get now.
// param:   version string
// returns: id, dataset, entity, namespace, name, key, partition, state, reason, quarantined_by or null, current string or null, current_state or null, run or null - that wrote it, published_at or null, replaced_at or null, twins list of string - itself among them, columns list of string - of its schema - one row; none: no such version
// access:  read
MATCH (v:DatasetVersion {id: $version})
MATCH (d:Dataset {id: v.dataset})
MATCH (p:Partition {id: v.partition})
OPTIONAL MATCH (p)-[:CURRENT]->(c:DatasetVersion)
OPTIONAL MATCH (r:Run)-[:WROTE]->(v)
RETURN v.id AS id, d.id AS dataset, coalesce(d.entity, d.id) AS entity, d.namespace AS namespace, d.name AS name, v.key AS key,
  p.id AS partition, v.state AS state, v.reason AS reason, v.quarantined_by AS quarantined_by, c.id AS current,
  c.state AS current_state, r.id AS run, v.published_at AS published_at, v.replaced_at AS replaced_at,
  COLLECT {
    MATCH (p)-[:HAS_VERSION]->(t:DatasetVersion)
    WHERE t.id = v.id OR t.content_hash = v.content_hash
    RETURN t.id
  } AS twins,
  COLLECT { MATCH (v)-[:WITH_SCHEMA]->(:SchemaVersion)-[:HAS_FIELD]->(f:Field) RETURN f.path } AS columns
