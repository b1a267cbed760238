// name:    schemas.observed
// purpose: Which schema each published version of a dataset showed, the newest first.
// param:   dataset string - id of the dataset
// param:   limit integer - how many versions at most
// returns: version string, schema string, since datetime - in order
// access:  read
MATCH (v:DatasetVersion {dataset: $dataset})-[:WITH_SCHEMA]->(s:SchemaVersion)
WHERE v.published_at IS NOT NULL
RETURN v.id AS version, s.id AS schema, v.published_at AS since
ORDER BY since DESC, version DESC
LIMIT $limit
