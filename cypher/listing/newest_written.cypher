// name:    listing.newest_written
// purpose: For each of some datasets, the complete observed run that wrote it last.
// param:   datasets list of string - ids
// returns: dataset string, run string, at integer - microseconds - one row for each that such a run wrote
// access:  read
UNWIND $datasets AS dataset
MATCH (j:Job)-[e:PRODUCES]->(d:Dataset {id: dataset})
WHERE e.complete_at IS NOT NULL
WITH dataset, e, j ORDER BY e.complete_at DESC
WITH dataset, head(collect({job: j.id, at: e.complete_at})) AS last
MATCH (r:ObservedRun {job: last.job})
WHERE r.complete_at = last.at
WITH dataset, last, r ORDER BY r.id
RETURN dataset, head(collect(r.id)) AS run, datetime(last.at).epochSeconds * 1000000 + datetime(last.at).microsecond AS at
