// name:    estate.named_datasets
// purpose: The datasets behind names, whichever name each was first known by.
// param:   ids list of string - ids of dataset names
// returns: name_id string, id string, declared string - a row for each name that is known; declared: the dataset of an estate that stands for this one, if there is any
// access:  read
UNWIND $ids AS name_id
MATCH (n:DatasetName {id: name_id})
MATCH (n)-[:NAMES]->(d:Dataset)
OPTIONAL MATCH (r:Dataset {id: d.entity})
RETURN name_id, d.id AS id,
  CASE WHEN r.scope IS NOT NULL AND r.retired_at IS NULL AND NOT r.scope STARTS WITH 'import:' THEN r.id ELSE null END AS declared
