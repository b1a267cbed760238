// name:    arrivals.tell
// purpose: Keeps what is wrong with the watch of a dataset; locks it first.
// param:   dataset string
// param:   trouble string - empty: nothing keeps anybody from looking
// param:   strange list of string - names of files that are no partition
// param:   token string - fresh for each attempt
// returns: trouble string or null, strange list of string or null - what was kept before; no row: there is no such dataset
// access:  write
MATCH (d:Dataset {id: $dataset})
SET d.arrival_lock = $token
WITH d, d.arrival_trouble AS trouble, d.arrival_strange AS strange
SET d.arrival_trouble = CASE WHEN $trouble = '' THEN null ELSE $trouble END, d.arrival_strange = $strange
RETURN trouble, strange
