// name:    schemas.current
// purpose: For each dataset, the schema that the current version of its newest partition showed.
// param:   datasets list of string - ids
// returns: dataset string, version string, schema string - no row for a dataset without a published version
// access:  read
UNWIND $datasets AS dataset_id
CALL (dataset_id) {
  MATCH (p:Partition {dataset: dataset_id})-[:CURRENT]->(v:DatasetVersion)-[:WITH_SCHEMA]->(s:SchemaVersion)
  RETURN v.id AS version, s.id AS schema
  ORDER BY p.key DESC
  LIMIT 1
}
RETURN dataset_id AS dataset, version, schema
