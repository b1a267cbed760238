// name:    retirement.column_uses
// purpose: What goes out of some columns now: into which columns or datasets, by which job, and who uses them directly.
// param:   columns list of map {dataset, path} - ids of datasets and paths in them
// returns: dataset, path, kind (FEEDS, SHAPES or USED_BY), reader string or null - id of the job or consumer, target string or null - id of the dataset, target_path string or null, provenance, stale boolean - one row per edge
// access:  read
UNWIND $columns AS x
MATCH (f:Field {dataset: x.dataset})
WHERE f.path = x.path OR f.path STARTS WITH x.path + '.'
CALL (f) {
  MATCH (f)-[e:FEEDS]->(t:Field)
  RETURN 'FEEDS' AS kind, e, e.job AS reader, t.dataset AS target, t.path AS target_path
  UNION ALL
  MATCH (f)-[e:SHAPES]->(t:Dataset)
  RETURN 'SHAPES' AS kind, e, e.job AS reader, t.id AS target, null AS target_path
  UNION ALL
  MATCH (f)-[e:USED_BY]->(t:Job|Consumer)
  RETURN 'USED_BY' AS kind, e, t.id AS reader, null AS target, null AS target_path
}
WITH x, kind, e, reader, target, target_path
WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
RETURN x.dataset AS dataset, x.path AS path, kind, reader, target, target_path, e.provenance AS provenance,
  coalesce(e.stale, false) AS stale
