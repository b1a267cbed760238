// name:    versions.current_of
// purpose: The last good version of a partition, and why there may be none.
// param:   partition string
// returns: current string or null, states list of string - no row: nothing was ever reported there
// access:  read
MATCH (p:Partition {id: $partition})
OPTIONAL MATCH (p)-[:CURRENT]->(v:DatasetVersion)
RETURN v.id AS current, COLLECT { MATCH (p)-[:HAS_VERSION]->(x:DatasetVersion) RETURN x.state } AS states
