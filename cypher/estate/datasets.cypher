// name:    estate.datasets
// purpose: Some datasets as they are declared now.
// param:   ids list of string - ids of datasets
// returns: id string, alive boolean, properties map - a row for each that exists
// access:  read
UNWIND $ids AS dataset_id
MATCH (d:Dataset {id: dataset_id})
RETURN d.id AS id, d.retired_at IS NULL AS alive,
  d {.namespace, .name, .format, .location, .names, .partition_every, .partition_from, .partition_details, .expose, .compatibility,
     .retention, .options, .contract, .description, .tags, .classification, .domain, .tier, .properties, .scope} AS properties
