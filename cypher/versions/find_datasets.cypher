// name:    versions.find_datasets
// purpose: The datasets behind some of their names, as far as a report must know them.
// param:   name_ids list of string - ids of DatasetNames
// returns: name_id, id, namespace, name, format, location, options, partition_every, partition_from, partition_details - no row: nobody declared it
// access:  read
UNWIND $name_ids AS name_id
MATCH (:DatasetName {id: name_id})-[:NAMES]->(named:Dataset)
OPTIONAL MATCH (entity:Dataset {id: named.entity})
WITH name_id, coalesce(entity, named) AS d
// What nobody declared has no format, and nothing could validate it.
WHERE d.retired_at IS NULL AND d.format IS NOT NULL
RETURN name_id, d.id AS id, d.namespace AS namespace, d.name AS name, d.format AS format, d.location AS location,
  d.options AS options, d.partition_every AS partition_every, d.partition_from AS partition_from,
  d.partition_details AS partition_details
