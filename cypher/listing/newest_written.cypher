// name:    listing.newest_written
// purpose: For each of some datasets, the complete observed run that wrote it last.
// param:   datasets list of string - ids
// returns: dataset string, run string, at integer - microseconds - one row for each that such a run wrote
// access:  read
UNWIND $datasets AS dataset
CALL (dataset) {
  MATCH (d:Dataset {id: dataset})
  RETURN d
  UNION
  MATCH (d:Dataset {entity: dataset})
  RETURN d
}
MATCH (n:DatasetName)-[:NAMES]->(d)<-[:PRODUCES]-(j:Job)
WITH DISTINCT dataset, n.id AS called, j.id AS job
CALL (called, job) {
  // The order is written so that the index gives it: a job may have any number of runs.
  MATCH (r:ObservedRun)
  WHERE r.job = job AND r.complete_at > datetime('0001-01-01T00:00:00Z') AND called IN r.outputs
  RETURN r ORDER BY r.job DESC, r.complete_at DESC LIMIT 1
}
WITH dataset, r ORDER BY r.complete_at DESC, r.id
WITH dataset, head(collect(r)) AS newest
RETURN dataset, newest.id AS run, datetime(newest.complete_at).epochSeconds * 1000000 + datetime(newest.complete_at).microsecond AS at
