// name:    impact.jobs
// purpose: What kind some jobs are of, and how they are declared.
// param:   ids list of string
// returns: id string, kind string, definition string - null where nobody declared it; one row for each that exists
// access:  read
UNWIND $ids AS id
MATCH (j:Job {id: id})
RETURN j.id AS id, j.kind AS kind, j.definition AS definition
