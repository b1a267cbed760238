// name:    datasets.find_datasets
// purpose: Which datasets are known by these names; several names may lead to one dataset, and one dataset may stand for several.
// param:   ids list of string - ids of dataset names
// returns: name_id string, id string - no row for a name that nobody has
// access:  read
UNWIND $ids AS name_id
MATCH (n:DatasetName {id: name_id})-[:NAMES]->(d:Dataset)
RETURN name_id, coalesce(d.entity, d.id) AS id
