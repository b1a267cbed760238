// name:    lineage.fields_there
// purpose: Which of these columns are known.
// param:   ids list of string - fields
// returns: id string - one row for each that is
// access:  read
UNWIND $ids AS id
MATCH (f:Field {id: id})
RETURN f.id AS id
