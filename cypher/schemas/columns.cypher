// name:    schemas.columns
// purpose: The columns of some schemas.
// param:   ids list of string - ids of schema versions
// returns: id string, dataset string, columns list of {path, type, nullable, position, renamed_from} - one row for each that exists
// access:  read
UNWIND $ids AS schema_id
MATCH (s:SchemaVersion {id: schema_id})
RETURN s.id AS id, s.dataset AS dataset,
       COLLECT {
         MATCH (s)-[h:HAS_FIELD]->(f:Field)
         RETURN {path: f.path, type: h.type, nullable: h.nullable, position: h.position, renamed_from: h.renamed_from}
       } AS columns
