// name:    identity.declared_evidence
// purpose: What is declared now of some datasets being another one under one of its names.
// param:   ids list of string - datasets, that others call theirs
// returns: id string, source string, target string - one row each
// access:  read
UNWIND $ids AS id
MATCH (a:Dataset)-[e:SAME_AS]->(:Dataset {id: id})
WHERE e.kind = 'declared' AND e.valid_to > datetime.realtime()
RETURN e.id AS id, a.id AS source, id AS target
