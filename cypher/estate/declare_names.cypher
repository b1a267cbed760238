// name:    estate.declare_names
// purpose: Gives datasets their names. A name that leads to a dataset already is left as it is.
// param:   names list of map {id, namespace, name, dataset}
// param:   now datetime
// param:   forever datetime
// returns: id string - one row per name that is new
// access:  write
UNWIND $names AS x
MATCH (d:Dataset {id: x.dataset})
MERGE (n:DatasetName {id: x.id})
ON CREATE SET n.namespace = x.namespace, n.name = x.name
WITH n, d
WHERE NOT EXISTS { MATCH (n)-[:NAMES]->(:Dataset) }
CREATE (n)-[:NAMES {valid_from: $now, valid_to: $forever, recorded_at: $now, retracted_at: $forever}]->(d)
RETURN n.id AS id
