// name:    estate.named_datasets
// purpose: The datasets behind names, whichever name each was first known by.
// param:   ids list of string - ids of dataset names
// returns: name_id string, id string - a row for each name that is known
// access:  read
UNWIND $ids AS name_id
MATCH (n:DatasetName {id: name_id})
MATCH (n)-[:NAMES]->(d:Dataset)
RETURN name_id, d.id AS id
