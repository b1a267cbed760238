// name:    names.datasets_called
// purpose: The datasets that have one of these bare names, in whatever namespace; a person asks it, not a loop.
// param:   names list of string - names without namespace
// returns: spelled string, namespace string, name string, retired boolean, partition_every string, partition_from string, partition_details string - a row for each that exists
// access:  read
MATCH (n:DatasetName)-[:NAMES]->(named:Dataset)
WHERE n.name IN $names
OPTIONAL MATCH (entity:Dataset {id: named.entity})
WITH n, coalesce(entity, named) AS d
RETURN n.name AS spelled, d.namespace AS namespace, d.name AS name, d.retired_at IS NOT NULL AS retired,
       d.partition_every AS partition_every, d.partition_from AS partition_from,
       d.partition_details AS partition_details
