// name:    verify.published_twice
// purpose: Runs that published more than one version of one partition.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (r:Run)-[:WROTE]->(v:DatasetVersion)
WHERE v.published_at IS NOT NULL
WITH r, v.partition AS partition, count(v) AS published
WHERE published > 1
RETURN r.id AS subject, 'published ' + toString(published) + ' versions of partition ' + partition AS message
LIMIT $most
