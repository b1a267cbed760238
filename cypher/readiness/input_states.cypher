// name:    readiness.input_states
// purpose: What there is in each of these partitions: the current version, and the newest one whatever its state.
// param:   partitions list of string
// returns: partition, current string or null, published_at, first_at, data_at datetime or null, expired boolean, now datetime, newest string or null, state, reason, skipped - skipped: by whom and why, where readers go without it; no row: nothing was ever reported there
// access:  read
UNWIND $partitions AS id
MATCH (p:Partition {id: id})
OPTIONAL MATCH (p)-[:CURRENT]->(c:DatasetVersion)
CALL (p) {
  OPTIONAL MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion)
  RETURN v ORDER BY v.source_time DESC, v.id DESC LIMIT 1
}
CALL (p) {
  OPTIONAL MATCH (p)-[:HAS_VERSION]->(f:DatasetVersion) WHERE f.published_at IS NOT NULL
  RETURN min(f.published_at) AS first_at
}
RETURN p.id AS partition, c.id AS current, c.published_at AS published_at, first_at,
  coalesce(c.confirmed_time, c.source_time) AS data_at, coalesce(p.expired = 1, false) AS expired,
  datetime.realtime() AS now, v.id AS newest, v.state AS state, v.reason AS reason, p.skipped AS skipped
