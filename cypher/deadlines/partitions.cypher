// name:    deadlines.partitions
// purpose: Whether some partitions have a good version, since when they had one, and what became of the newest otherwise.
// param:   ids list of string - ids of partitions
// returns: rows list of [place integer - in `ids`, is_there boolean, first integer or null - microseconds since 1970, reason string or null - of a version that was set aside, mark string or null - readers go without it (`skipped`), or must not (`expired`)], one for each that is known - one row
// access:  read
UNWIND range(0, size($ids) - 1) AS place
MATCH (p:Partition {id: $ids[place]})
WITH place, CASE WHEN p.skipped IS NOT NULL THEN 'skipped' WHEN p.expired = 1 THEN 'expired' END AS mark,
  EXISTS { MATCH (p)-[:CURRENT]->(:DatasetVersion) } AS is_there,
  COLLECT { MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion) WHERE v.published_at IS NOT NULL AND v.state <> 'QUARANTINED'
    WITH v ORDER BY v.published_at LIMIT 1
    // A number is read ten times as fast as a moment.
    RETURN datetime(v.published_at).epochSeconds * 1000000 + datetime(v.published_at).microsecond }[0] AS first,
  COLLECT { MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion) WHERE v.state = 'QUARANTINED'
    RETURN v.reason ORDER BY v.reported_at DESC LIMIT 1 }[0] AS reason
RETURN collect([place, is_there, first, reason, mark]) AS rows
