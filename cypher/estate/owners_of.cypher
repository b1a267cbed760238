// name:    estate.owners_of
// purpose: Who is declared to own things.
// param:   ids list of string - ids of datasets, jobs and consumers
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map, label string - one row per open edge, some perhaps twice
// access:  read
UNWIND $ids AS id
MATCH (n:Dataset|Job|Consumer {id: id})-[e:OWNED_BY]->(o:Owner)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, n.id AS source, o.id AS target, e {.provenance} AS properties,
  o.name AS label
