// name:    retirement.readers
// purpose: Who reads some datasets now, as declared or as seen.
// param:   datasets list of string - ids
// returns: dataset, reader, kind (JOB or CONSUMER), namespace, name, columns list - that a consumer reads; required boolean, provenance, stale boolean, last_seen or null, every or null - of a job, columns_known boolean - of a job, coverage or null, technical boolean - one row per edge
// access:  read
UNWIND $datasets AS id
CALL (id) {
  MATCH (:Dataset {id: id})-[e:CONSUMED_BY]->(r:Consumer)
  RETURN e, r, 'CONSUMER' AS kind
  UNION ALL
  MATCH (:Dataset {id: id})-[e:CONSUMED_BY]->(r:Job)
  RETURN e, r, 'JOB' AS kind
}
WITH id, e, r, kind
WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime() AND r.retired_at IS NULL
RETURN id AS dataset, r.id AS reader, kind, r.namespace AS namespace, r.name AS name, coalesce(e.columns, []) AS columns,
  coalesce(e.required, true) AS required, e.provenance AS provenance, coalesce(e.stale, false) AS stale,
  e.last_seen AS last_seen, r.partition_every AS every,
  coalesce(r.columns_known AND size(coalesce(r.unresolved, [])) = 0 AND r.coverage IS NULL, false) AS columns_known,
  r.coverage AS coverage, coalesce(r.technical, false) AS technical
