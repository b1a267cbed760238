// name:    retirement.columns_into
// purpose: The columns that go into some columns, or into any column of some datasets, now.
// param:   datasets list of string - ids
// param:   path string - only into this column; null: into any, and into their rows
// returns: dataset, namespace, name, path - one row each
// access:  read
UNWIND $datasets AS id
CALL (id) {
  MATCH (t:Field {dataset: id})<-[e:FEEDS]-(f:Field)
  WHERE $path IS NULL OR t.path = $path
  RETURN e, f
  UNION ALL
  MATCH (:Dataset {id: id})<-[e:SHAPES]-(f:Field)
  WHERE $path IS NULL
  RETURN e, f
}
WITH e, f
WHERE e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
WITH DISTINCT f
MATCH (d:Dataset {id: f.dataset})
RETURN d.id AS dataset, d.namespace AS namespace, d.name AS name, f.path AS path
