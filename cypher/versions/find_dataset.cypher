// name:    versions.find_dataset
// purpose: The dataset behind one of its names, as far as a report must know it.
// param:   name_id string - id of a DatasetName
// returns: id, namespace, name, format, location, options, partition_every, partition_from - no row: nobody declared it
// access:  read
MATCH (:DatasetName {id: $name_id})-[:NAMES]->(d:Dataset)
WHERE d.retired_at IS NULL
RETURN d.id AS id, d.namespace AS namespace, d.name AS name, d.format AS format, d.location AS location,
  d.options AS options, d.partition_every AS partition_every, d.partition_from AS partition_from
