// name:    arrivals.of_datasets
// purpose: How those of these datasets are watched that are, with what their owners were told last.
// param:   ids list of string
// returns: id, namespace, name, format, options, partition_every, partition_from, partition_details, arrival: JSON, trouble: string or null, strange: list of string or null - one row each that is watched
// access:  read
UNWIND $ids AS wanted
MATCH (d:Dataset {id: wanted})
WHERE d.arrival IS NOT NULL AND d.retired_at IS NULL
RETURN d.id AS id, d.namespace AS namespace, d.name AS name, d.format AS format, d.options AS options,
  d.partition_every AS partition_every, d.partition_from AS partition_from, d.partition_details AS partition_details,
  d.arrival AS arrival, d.arrival_trouble AS trouble, d.arrival_strange AS strange
