// name:    names.datasets_by_name_id
// purpose: The datasets behind full names, whichever of their names was used.
// param:   ids list of string - ids of dataset names
// returns: name_id string, spelled string, namespace string, name string, retired boolean, partition_every string, partition_from string, partition_details string - a row for each that exists
// access:  read
UNWIND $ids AS id
MATCH (n:DatasetName {id: id})-[:NAMES]->(named:Dataset)
OPTIONAL MATCH (entity:Dataset {id: named.entity})
WITH n, coalesce(entity, named) AS d
RETURN n.id AS name_id, n.name AS spelled, d.namespace AS namespace, d.name AS name, d.retired_at IS NOT NULL AS retired,
       d.partition_every AS partition_every, d.partition_from AS partition_from,
       d.partition_details AS partition_details
