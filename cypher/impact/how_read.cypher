// name:    impact.how_read
// purpose: How those who read some datasets read them: by name, by position or exactly, and which of their partitions.
// param:   datasets list of string - ids
// param:   at datetime - the moment
// returns: dataset string, reader string, by list of string, mappings list of string - empty where nothing is said; one row for each dataset and reader
// access:  read
UNWIND $datasets AS id
MATCH (:Dataset {id: id})-[e:CONSUMED_BY]->(r:Job|Consumer)
WHERE e.valid_from <= $at AND $at < e.valid_to AND e.retracted_at > datetime.realtime()
RETURN id AS dataset, r.id AS reader, collect(DISTINCT e.by) AS by, collect(DISTINCT e.mapping) AS mappings
