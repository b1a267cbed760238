// name:    archive.forget_details
// purpose: Leaves of ended runs what identifies them, their state and times, and what they read and wrote. Only after the lock.
// param:   runs list of map {id, file} - file: of the archive that holds the rest
// returns: id string - one row for each that had its details
// access:  write
UNWIND $runs AS x
MATCH (r:Run {id: x.id})
WHERE r.open IS NULL AND r.archived IS NULL
SET r.archived = x.file, r.reason = '', r.metrics = '{}'
WITH r
OPTIONAL MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt)
WITH r, collect(a) AS attempts
FOREACH (a IN attempts | DETACH DELETE a)
RETURN r.id AS id
