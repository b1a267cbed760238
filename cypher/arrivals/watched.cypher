// name:    arrivals.watched
// purpose: The datasets whose files are watched for, with what their owners were told last.
// returns: id, namespace, name, format, options, partition_every, partition_from, partition_details, arrival: JSON, trouble: string or null, strange: list of string or null - one row each, by name
// access:  read
MATCH (d:Dataset)
WHERE d.arrival IS NOT NULL AND d.retired_at IS NULL
RETURN d.id AS id, d.namespace AS namespace, d.name AS name, d.format AS format, d.options AS options,
  d.partition_every AS partition_every, d.partition_from AS partition_from, d.partition_details AS partition_details,
  d.arrival AS arrival, d.arrival_trouble AS trouble, d.arrival_strange AS strange
ORDER BY namespace, name
