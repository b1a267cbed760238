// name:    orders.made
// purpose: What readers of some partitions get now, and what the run that made it, or found it again last, had read.
// param:   partitions list of string
// returns: partition string, version string or null, expired boolean, run string or null, definition_hash string or null, parameters string or null - JSON, reads list of string - no row: there is no such partition yet
// access:  read
UNWIND $partitions AS id
MATCH (p:Partition {id: id})
OPTIONAL MATCH (p)-[:CURRENT]->(v:DatasetVersion)
OPTIONAL MATCH (w:DatasetVersion {id: coalesce(v.confirmed_by, v.id)})
OPTIONAL MATCH (r:Run)-[:WROTE]->(w)
RETURN p.id AS partition, v.id AS version, p.expired IS NOT NULL AS expired, r.id AS run, r.definition_hash AS definition_hash,
  r.parameters AS parameters, COLLECT { MATCH (i:DatasetVersion)-[:READ_BY]->(r) RETURN i.id } AS reads
