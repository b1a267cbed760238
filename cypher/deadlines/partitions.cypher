// name:    deadlines.partitions
// purpose: Whether some partitions have a good version, since when they had one, and what became of the newest otherwise.
// param:   ids list of string - ids of partitions
// returns: rows list of [id, is_there boolean, first datetime, reason string or null - of a version that was set aside], one for each that is known - one row
// access:  read
UNWIND $ids AS partition_id
MATCH (p:Partition {id: partition_id})
WITH p, EXISTS { MATCH (p)-[:CURRENT]->(:DatasetVersion) } AS is_there,
  COLLECT { MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion) WHERE v.published_at IS NOT NULL AND v.state <> 'QUARANTINED'
    RETURN v.published_at ORDER BY v.published_at LIMIT 1 }[0] AS first,
  COLLECT { MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion) WHERE v.state = 'QUARANTINED'
    RETURN v.reason ORDER BY v.reported_at DESC LIMIT 1 }[0] AS reason
RETURN collect([p.id, is_there, first, reason]) AS rows
