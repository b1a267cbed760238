// name:    readiness.control_states
// purpose: How the newest runs of job partitions stand that others wait for by control; superseded ones do not count. Read after the lock.
// param:   ids list of string - job partition ids
// returns: id string, run string, state string, exit_code integer or null, open boolean, followed boolean - no row: it had no run
// access:  read
UNWIND $ids AS id
MATCH (jp:JobPartition {id: id})
CALL (jp) {
  MATCH (jp)-[:HAS_RUN]->(r:Run) WHERE r.state <> 'SUPERSEDED'
  RETURN r ORDER BY r.created_at DESC, r.id DESC LIMIT 1
}
OPTIONAL MATCH (a:Attempt {id: r.id + '/' + toString(r.fence)})
RETURN jp.id AS id, r.id AS run, r.state AS state, a.exit_code AS exit_code, r.open IS NOT NULL AS open,
  r.followed IS NOT NULL AS followed
