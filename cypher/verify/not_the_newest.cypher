// name:    verify.not_the_newest
// purpose: Partitions whose current version is not their newest published one, or that have two.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (p:Partition)-[:CURRENT]->(c:DatasetVersion)
WHERE c.state <> 'PUBLISHED'
  OR EXISTS { MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion) WHERE v.state = 'PUBLISHED' AND v.id <> c.id }
  OR EXISTS { MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion) WHERE v.published_at IS NOT NULL AND v.source_time > c.source_time }
RETURN p.id AS subject, 'partition ' + p.key + ': ' + c.id + ' is current and not the newest good version' AS message
LIMIT $most
