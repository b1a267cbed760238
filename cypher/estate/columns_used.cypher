// name:    estate.columns_used
// purpose: The columns that jobs and consumers are known to use.
// param:   ids list of string - ids of jobs and consumers
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map - one row per open edge, some perhaps twice
// access:  read
UNWIND $ids AS id
MATCH (f:Field)-[e:USED_BY]->(n:Job|Consumer {id: id})
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, f.id AS source, n.id AS target, e {.provenance} AS properties
