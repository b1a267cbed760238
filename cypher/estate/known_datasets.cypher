// name:    estate.known_datasets
// purpose: Every dataset that is declared now, under each of its names, with its partitions.
// returns: namespace string, name string, partition_every string, partition_from string, partition_details string - one row per name
// access:  read
MATCH (n:DatasetName)-[:NAMES]->(named:Dataset)
OPTIONAL MATCH (entity:Dataset {id: named.entity})
WITH n, coalesce(entity, named) AS d
WHERE d.retired_at IS NULL
RETURN n.namespace AS namespace, n.name AS name, d.partition_every AS partition_every, d.partition_from AS partition_from,
       d.partition_details AS partition_details
