// name:    identity.rejoin
// purpose: Two datasets are no longer held apart: evidence counts again.
// param:   id string
// param:   one string - id of a dataset, the lesser one
// param:   other string - id of a dataset
// param:   by string
// returns: id string - no row where they were not held apart
// access:  write
MATCH (:Dataset {id: $one})-[e:APART {id: $id}]->(:Dataset {id: $other})
WHERE e.retracted_at > datetime.realtime()
SET e.retracted_at = datetime.realtime(), e.retracted_by = $by
RETURN e.id AS id
