// name:    listing.columns
// purpose: The columns of some schemas, with what is said of them.
// param:   ids list of string - ids of schema versions
// returns: schemas list - one row, with a list [id, columns] for each that exists; a column is [path, type, description or null, tags, position]
// access:  read
UNWIND $ids AS id
MATCH (s:SchemaVersion {id: id})-[h:HAS_FIELD]->(f:Field)
WITH id, collect([f.path, h.type, f.description, coalesce(f.tags, []), h.position]) AS columns
RETURN collect([id, columns]) AS schemas
