// name:    verify.read_after_retired
// purpose: Runs under way that read what a sweep has deleted, and current versions that have expired.
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'RUNNING' AND EXISTS { MATCH (v:DatasetVersion)-[:READ_BY]->(r) WHERE v.state = 'RETIRED' }
RETURN r.id AS subject, 'is RUNNING and reads a version whose data was swept away' AS message
LIMIT $most
UNION ALL
MATCH (p:Partition)-[:CURRENT]->(v:DatasetVersion)
WHERE v.state IN ['EXPIRED', 'RETIRED']
RETURN v.id AS subject, 'is current, and ' + v.state AS message
LIMIT $most
