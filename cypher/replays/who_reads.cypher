// name:    replays.who_reads
// purpose: The jobs and consumers that read some datasets, by whatever name they know them, now or once.
// param:   datasets list of string - ids
// returns: dataset string, reader string, kind (JOB or CONSUMER), namespace, name, columns list - that a consumer says it reads, since datetime, until datetime, is_now boolean, columns_known boolean - of a job, last_told datetime or null - when it last told to have read any of the newest versions of the dataset, exposed boolean - the dataset has a fixed place, location string or null - one row per edge
// access:  read
UNWIND $datasets AS id
MATCH (d:Dataset {id: id})
WITH d, [d.id] + COLLECT { MATCH (m:Dataset) WHERE m.entity = d.entity AND m.id <> d.id RETURN m.id } AS members
CALL (d) {
  OPTIONAL MATCH (v:DatasetVersion {dataset: d.id})
  WITH v ORDER BY v.reported_at DESC LIMIT 50
  OPTIONAL MATCH (v)-[:SEEN_BY]->(n:Reading {kind: 'consumer'})
  RETURN collect({reader: n.reader, at: n.last_at}) AS told
}
UNWIND members AS of
CALL (of) {
  MATCH (:Dataset {id: of})-[e:CONSUMED_BY]->(c:Consumer)
  WHERE e.retracted_at > datetime.realtime()
  RETURN e, c AS r, 'CONSUMER' AS kind
  UNION ALL
  MATCH (:Dataset {id: of})-[e:CONSUMED_BY]->(j:Job)
  WHERE e.retracted_at > datetime.realtime() AND e.valid_to > datetime.realtime() AND NOT coalesce(j.technical, false)
  RETURN e, j AS r, 'JOB' AS kind
}
WITH d, e, r, kind, reduce(last = null, x IN told |
  CASE WHEN x.reader = r.namespace + '/' + r.name AND (last IS NULL OR x.at > last) THEN x.at ELSE last END) AS last_told
RETURN d.id AS dataset, r.id AS reader, kind, r.namespace AS namespace, r.name AS name, coalesce(e.columns, []) AS columns,
  e.valid_from AS since, e.valid_to AS until, e.valid_to > datetime.realtime() AS is_now,
  coalesce(r.columns_known AND size(coalesce(r.unresolved, [])) = 0 AND r.coverage IS NULL, false) AS columns_known,
  last_told, d.expose IS NOT NULL AS exposed, d.location AS location
