// name:    identity.named
// purpose: The datasets that have exactly these names, each for itself, whoever stands for it.
// param:   ids list of string - ids of dataset names
// returns: name_id string, id string, entity string - no row for a name that nobody has
// access:  read
UNWIND $ids AS name_id
MATCH (n:DatasetName {id: name_id})-[:NAMES]->(d:Dataset)
RETURN name_id, d.id AS id, d.entity AS entity
