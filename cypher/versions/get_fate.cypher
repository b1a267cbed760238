// name:    versions.get_fate
// purpose: What decides what people may do with a version. Read again after the lock.
// param:   version string
// returns: id, partition, dataset, key, state, reason, quarantined_by or null, run or null - run: that wrote it; no row: no such version
// access:  read
MATCH (v:DatasetVersion {id: $version})
OPTIONAL MATCH (r:Run)-[:WROTE]->(v)
RETURN v.id AS id, v.partition AS partition, v.dataset AS dataset, v.key AS key, v.state AS state, v.reason AS reason,
  v.quarantined_by AS quarantined_by, r.id AS run
