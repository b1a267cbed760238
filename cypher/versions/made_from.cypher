// name:    versions.made_from
// purpose: One hop from versions to what jobs made from them, and to the runs that are about to.
// param:   ids list of string - the frontier
// returns: source, run, run_state, version or null, dataset, namespace, name, key, state, is_current - one row per run and output; version null: it has written nothing yet
// access:  read
UNWIND $ids AS id
MATCH (:DatasetVersion {id: id})-[:READ_BY]->(r:Run)
WHERE r.kind = 'job'
OPTIONAL MATCH (r)-[:WROTE]->(o:DatasetVersion)
OPTIONAL MATCH (d:Dataset {id: o.dataset})
RETURN id AS source, r.id AS run, r.state AS run_state, o.id AS version, o.dataset AS dataset, d.namespace AS namespace,
  d.name AS name, o.key AS key, o.state AS state, EXISTS { MATCH (:Partition)-[:CURRENT]->(o) } AS is_current
