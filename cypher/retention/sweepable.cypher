// name:    retention.sweepable
// purpose: Expired versions whose data is still there, by id, with everything that decides whether it may go.
// param:   dataset string - only of the dataset with this id; null: of all
// param:   version string - only this version, looked at under the lock; null: all
// param:   after string - the last id of the page before; empty: the first page
// param:   grace_ms integer - what expired later may still be in the hands of a transaction that began before
// param:   most integer
// returns: id, partition, dataset, namespace, name, key, format, location, options, size_bytes, reason, report_key, run or null, is_fresh boolean, held boolean, readers list, questions list - in order of id
// access:  read
MATCH (v:DatasetVersion)
WHERE v.expired = 1 AND v.id > $after AND ($dataset IS NULL OR v.dataset = $dataset) AND ($version IS NULL OR v.id = $version)
WITH v ORDER BY v.id LIMIT $most
MATCH (d:Dataset {id: v.dataset})
RETURN v.id AS id, v.partition AS partition, v.dataset AS dataset, d.namespace AS namespace, d.name AS name, v.key AS key,
  v.format AS format, v.location AS location, d.options AS options, v.size_bytes AS size_bytes, v.reason AS reason,
  v.report_key AS report_key, head(COLLECT { MATCH (w:Run)-[:WROTE]->(v) RETURN w.id }) AS run,
  v.expired_at > datetime.realtime() - duration({milliseconds: $grace_ms}) AS is_fresh,
  EXISTS { MATCH (h:Hold) WHERE h.open = 1 AND h.target IN [v.partition, v.dataset] } AS held,
  COLLECT { MATCH (v)-[:READ_BY]->(r:Run) WHERE r.open = 1 RETURN {id: r.id, job_partition: r.job_partition} } AS readers,
  COLLECT { MATCH (q:Question) WHERE q.open = 1 AND q.version = v.id RETURN q.id } AS questions
ORDER BY id
