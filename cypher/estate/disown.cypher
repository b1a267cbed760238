// name:    estate.disown
// purpose: These people own these things no longer. Who owned what before stands in the audit trail.
// param:   edges list of map {id, source}
// param:   source string - whose declarations; another's are never touched
// returns: id string - one row per edge removed
// access:  write
UNWIND $edges AS x
MATCH (n:Dataset|Job|Consumer {id: x.source})-[e:OWNED_BY {id: x.id}]->(:Owner)
WHERE e.source = $source
WITH e, e.id AS id
DELETE e
RETURN id
