// name:    estate.schemas_of_datasets
// purpose: The schemas that datasets are declared to have.
// param:   ids list of string - ids of datasets
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map - one row per open edge
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
MATCH (d)-[e:HAS_SCHEMA]->(s:SchemaVersion)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, d.id AS source, s.id AS target, e {.provenance} AS properties
