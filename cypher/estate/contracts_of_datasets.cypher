// name:    estate.contracts_of_datasets
// purpose: The contracts that datasets are declared to have; the label of one is its version.
// param:   ids list of string - ids of datasets
// param:   source string - whose declarations
// returns: id string, source string, target string, properties map, label string - one row per open edge
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
MATCH (d)-[e:HAS_CONTRACT]->(c:Contract)
WHERE e.source = $source AND e.valid_to > datetime.realtime()
RETURN e.id AS id, d.id AS source, c.id AS target, e {.provenance} AS properties, c.version AS label
