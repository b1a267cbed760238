// name:    replays.outputs
// purpose: What readers of some partitions get now, and what the run that wrote it had read.
// param:   partitions list of string
// returns: partition string, version string or null, confirmed_by string or null, run string or null, reads list of string - one row each
// access:  read
UNWIND $partitions AS id
MATCH (p:Partition {id: id})
OPTIONAL MATCH (p)-[:CURRENT]->(v:DatasetVersion)
OPTIONAL MATCH (r:Run)-[:WROTE]->(v)
RETURN p.id AS partition, v.id AS version, v.confirmed_by AS confirmed_by, r.id AS run,
  COLLECT { MATCH (i:DatasetVersion)-[:READ_BY]->(r) RETURN i.id } AS reads
