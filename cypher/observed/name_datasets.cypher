// name:    observed.name_datasets
// purpose: Makes datasets for names that nobody used before.
// param:   names list of map {id, namespace, name, dataset} - sorted by id
// param:   now datetime
// param:   forever datetime
// returns: id string - one row per name that is new
// access:  write
UNWIND $names AS x
MERGE (n:DatasetName {id: x.id})
ON CREATE SET n.namespace = x.namespace, n.name = x.name
WITH n, x
WHERE NOT EXISTS { MATCH (n)-[:NAMES]->(:Dataset) }
MERGE (d:Dataset {id: x.dataset})
ON CREATE SET d.namespace = x.namespace, d.name = x.name
CREATE (n)-[:NAMES {valid_from: $now, valid_to: $forever, recorded_at: $now, retracted_at: $forever}]->(d)
RETURN n.id AS id
