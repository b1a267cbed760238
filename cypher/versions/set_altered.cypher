// name:    versions.set_altered
// purpose: Quarantines a good version whose place holds another content than it had, and with it all others of its partition that stood at that place with another content than was found; the same content elsewhere stays good. Only after the lock of the partition.
// param:   version string
// param:   found string - hash of what lies there now; null: nothing that can be read
// param:   by string
// param:   reason string
// returns: id string, was_current boolean - one row per version set aside now; none where a later version took the place
// access:  write
MATCH (v:DatasetVersion {id: $version})
MATCH (p:Partition {id: v.partition})-[:HAS_VERSION]->(t:DatasetVersion)
WHERE t.state IN ['PUBLISHED', 'SUPERSEDED'] AND t.location = v.location
  AND ($found IS NULL OR t.content_hash IS NULL OR t.content_hash <> $found)
  AND NOT EXISTS {
    MATCH (p)-[:HAS_VERSION]->(o:DatasetVersion)
    WHERE o.location = v.location AND o.id <> v.id AND o.reported_at >= v.reported_at AND o.state <> 'QUARANTINED'
      AND (o.reported_at > v.reported_at OR o.id > v.id)
  }
OPTIONAL MATCH (p)-[c:CURRENT]->(t)
WITH v, p, t, c, c IS NOT NULL AS was_current
DELETE c
SET t.state = 'QUARANTINED', t.reason = 'quarantined by ' + $by + ': ' + $reason, t.quarantined_by = $by, t.quarantined_with = v.id,
  t.withheld = 1, p.evaluate = datetime.realtime()
RETURN t.id AS id, was_current
