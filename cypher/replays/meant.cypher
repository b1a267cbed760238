// name:    replays.meant
// purpose: The versions that may be meant by a partition alone: those that a person set aside, the last one first, then the current one.
// param:   partition string
// returns: id string - the likeliest first; no row: nothing was ever good there
// access:  read
MATCH (p:Partition {id: $partition})-[:HAS_VERSION]->(v:DatasetVersion)
OPTIONAL MATCH (p)-[c:CURRENT]->(v)
WITH v, c IS NOT NULL AS is_current
WHERE is_current OR v.quarantined_by IS NOT NULL
RETURN v.id AS id
ORDER BY is_current, v.source_time DESC, v.id DESC
