// name:    listing.find_fields
// purpose: Which of some columns there are.
// param:   ids list of string - of fields
// returns: id string - one row for each that exists
// access:  read
UNWIND $ids AS id
MATCH (f:Field {id: id})
RETURN f.id AS id
