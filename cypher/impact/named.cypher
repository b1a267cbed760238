// name:    impact.named
// purpose: The datasets that some names mean.
// param:   ids list of string - ids of dataset names
// returns: id string, dataset string - the one that stands for all that are one; one row for each name that means something
// access:  read
UNWIND $ids AS id
MATCH (:DatasetName {id: id})-[:NAMES]->(d:Dataset)
RETURN id, coalesce(d.entity, d.id) AS dataset
