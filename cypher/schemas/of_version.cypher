// name:    schemas.of_version
// purpose: The schema that one version showed, published or not.
// param:   version string
// param:   dataset string - id of the dataset it must be of
// returns: schema string - no row where it was never read
// access:  read
MATCH (v:DatasetVersion {id: $version})-[:WITH_SCHEMA]->(s:SchemaVersion)
WHERE v.dataset = $dataset
RETURN s.id AS schema
