// name:    estate.columns_used
// purpose: The columns that jobs and consumers are known to use.
// param:   ids list of string - ids of jobs and consumers
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map - one row per open edge
// access:  read
UNWIND $ids AS id
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH coalesce(j, c) AS n
MATCH (n)<-[e:USED_BY]-(f:Field)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, f.id AS source, n.id AS target, e {.provenance} AS properties
