// name:    identity.close
// purpose: What was declared of datasets being one is no longer true from now on.
// param:   evidence list of map {id, source} - source: the dataset that it starts from
// param:   now datetime
// returns: id string - one row each
// access:  write
UNWIND $evidence AS x
MATCH (:Dataset {id: x.source})-[e:SAME_AS {id: x.id}]->(:Dataset)
WHERE e.valid_to > $now
SET e.valid_to = $now
RETURN e.id AS id
