// name:    verify.state_current
// purpose: For the hash of the state: the content that readers get in each partition.
// returns: partition string, content_hash string - one row each, unordered
// access:  read
MATCH (p:Partition)-[:CURRENT]->(v:DatasetVersion)
RETURN p.id AS partition, v.content_hash AS content_hash
