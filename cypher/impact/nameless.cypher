// name:    impact.nameless
// purpose: Those of some datasets whose files may have no names of columns, since their options speak of a header.
// param:   ids list of string
// returns: id string - one row each
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
WHERE d.format = 'csv' AND d.options CONTAINS 'header'
RETURN d.id AS id
