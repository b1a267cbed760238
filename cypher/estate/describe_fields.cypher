// name:    estate.describe_fields
// purpose: What contracts say about columns beyond their types, on the fields themselves: it holds whichever schema a column is in.
// param:   fields list of map {id, description, tags, classification} - null for what is not said
// returns: id string - one row each
// access:  write
UNWIND $fields AS x
MATCH (f:Field {id: x.id})
SET f.description = x.description, f.tags = x.tags, f.classification = x.classification
RETURN f.id AS id
