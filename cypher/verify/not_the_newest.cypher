// name:    verify.not_the_newest
// purpose: Partitions whose current version is not their newest published one, that have two, or that lost theirs.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (p:Partition)-[:HAS_VERSION]->(v:DatasetVersion)
WHERE v.published_at IS NOT NULL
OPTIONAL MATCH (p)-[:CURRENT]->(c:DatasetVersion)
WITH p, v, c
WHERE c.state <> 'PUBLISHED'
  OR (NOT v.state IN ['QUARANTINED', 'EXPIRED', 'RETIRED'] AND (c IS NULL OR (v.state = 'PUBLISHED' AND v.id <> c.id)
    OR v.source_time > coalesce(c.confirmed_time, c.source_time)))
WITH p, count(v) AS at_odds
RETURN p.id AS subject,
  'partition ' + p.key + ': its current version is not the newest good one (' + toString(at_odds) + ' at odds with it)' AS message
LIMIT $most
