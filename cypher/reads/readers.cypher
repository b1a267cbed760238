// name:    reads.readers
// purpose: Who got some versions: what consumers and programs told, and the runs of jobs that read them.
// param:   versions list of string
// param:   most integer - how many of each kind for each version
// returns: version, kind, name, first_at, last_at, count, agent, run, partition, columns - newest first within each version and kind
// access:  read
UNWIND $versions AS id
MATCH (v:DatasetVersion {id: id})
CALL (v) {
  MATCH (v)-[:SEEN_BY]->(n:Reading)
  RETURN n ORDER BY n.last_at DESC LIMIT $most
}
RETURN id AS version, n.kind AS kind, n.reader AS name, n.first_at AS first_at, n.last_at AS last_at, n.count AS count,
  n.agent AS agent, '' AS run, '' AS partition, n.columns AS columns
UNION ALL
UNWIND $versions AS id
MATCH (v:DatasetVersion {id: id})
CALL (v) {
  MATCH (v)-[:READ_BY]->(r:Run)
  WHERE r.kind = 'job' AND r.started_at IS NOT NULL
  RETURN r ORDER BY r.started_at DESC LIMIT $most
}
MATCH (j:Job {id: r.job})
RETURN id AS version, 'run' AS kind, j.namespace + '/' + j.name AS name, r.started_at AS first_at,
  coalesce(r.ended_at, r.started_at) AS last_at, r.attempts AS count, '' AS agent, r.id AS run, r.key AS partition,
  null AS columns
