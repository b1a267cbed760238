// name:    estate.owners_of
// purpose: Who is declared to own things.
// param:   ids list of string - ids of datasets, jobs and consumers
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map, label string - one row per open edge
// access:  read
UNWIND $ids AS id
OPTIONAL MATCH (d:Dataset {id: id})
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH coalesce(d, j, c) AS n
MATCH (n)-[e:OWNED_BY]->(o:Owner)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, n.id AS source, o.id AS target, e {.provenance} AS properties,
  o.name AS label
