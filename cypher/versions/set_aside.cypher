// name:    versions.set_aside
// purpose: Quarantines a version that was good once, and with it every version of its partition with the same content; none of them is current any more. Only after the lock of the partition.
// param:   version string
// param:   by string
// param:   reason string
// returns: id string, was_current boolean - one row per version set aside now
// access:  write
MATCH (v:DatasetVersion {id: $version})
MATCH (p:Partition {id: v.partition})-[:HAS_VERSION]->(t:DatasetVersion)
WHERE t.state IN ['PUBLISHED', 'SUPERSEDED'] AND (t.id = v.id OR t.content_hash = v.content_hash)
OPTIONAL MATCH (p)-[c:CURRENT]->(t)
WITH v, p, t, c, c IS NOT NULL AS was_current
DELETE c
SET t.state = 'QUARANTINED', t.reason = 'quarantined by ' + $by + ': ' + $reason, t.quarantined_by = $by,
  t.quarantined_with = v.id, t.withheld = 1, p.evaluate = datetime.realtime()
REMOVE t.aging, t.replaced_at
RETURN t.id AS id, was_current
