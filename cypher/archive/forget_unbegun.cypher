// name:    archive.forget_unbegun
// purpose: Runs that newer inputs overtook before anybody began them leave nothing that lineage needs. Only after the lock.
// param:   runs list of string
// returns: forgotten integer - one row
// access:  write
UNWIND $runs AS id
MATCH (r:Run {id: id})
WHERE r.state = 'SUPERSEDED' AND r.archived IS NOT NULL AND NOT EXISTS { MATCH (r)-[:WROTE]->(:DatasetVersion) }
WITH collect(r) AS runs
FOREACH (r IN runs | DETACH DELETE r)
RETURN size(runs) AS forgotten
