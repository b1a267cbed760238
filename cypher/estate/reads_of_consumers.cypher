// name:    estate.reads_of_consumers
// purpose: What consumers are declared to read.
// param:   ids list of string - ids of consumers
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map, label string - one row per open edge
// access:  read
UNWIND $ids AS id
MATCH (c:Consumer {id: id})
MATCH (c)<-[e:CONSUMED_BY]-(d:Dataset)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, d.id AS source, c.id AS target, e {.provenance, .columns, .on_violation, .by} AS properties,
  d.namespace + '/' + d.name AS label
