// name:    observed.remember_sql
// purpose: What came of looking at the SQL of jobs, or that there is nothing new to look at.
// param:   jobs list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $jobs AS x
MATCH (j:Job {id: x.id})
SET j += x.properties
RETURN j.id AS id
