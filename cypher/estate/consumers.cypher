// name:    estate.consumers
// purpose: Some consumers as they are declared now.
// param:   ids list of string - ids of consumers
// returns: id string, alive boolean, properties map - a row for each that exists
// access:  read
UNWIND $ids AS consumer_id
MATCH (c:Consumer {id: consumer_id})
RETURN c.id AS id, c.retired_at IS NULL AS alive,
  c {.namespace, .name, .kind, .deadline_by, .deadline_timezone, .description, .scope} AS properties
