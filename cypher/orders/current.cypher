// name:    orders.current
// purpose: What readers of some partitions get now, and nothing else.
// param:   partitions list of string
// returns: partition string, version string or null, expired boolean - no row: there is no such partition yet
// access:  read
UNWIND $partitions AS id
MATCH (p:Partition {id: id})
OPTIONAL MATCH (p)-[:CURRENT]->(v:DatasetVersion)
RETURN p.id AS partition, v.id AS version, p.expired IS NOT NULL AS expired
