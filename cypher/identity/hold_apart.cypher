// name:    identity.hold_apart
// purpose: From now on two datasets are not one, whatever evidence says; nothing changes where they are held apart already.
// param:   id string
// param:   one string - id of a dataset, the lesser one
// param:   other string - id of a dataset
// param:   by string
// param:   reason string
// param:   forever datetime
// returns: placed boolean - one row
// access:  write
MATCH (a:Dataset {id: $one})
MATCH (b:Dataset {id: $other})
MERGE (a)-[e:APART {id: $id}]->(b)
WITH e, coalesce(e.retracted_at > datetime.realtime(), false) AS held
FOREACH (_ IN CASE WHEN held THEN [] ELSE [1] END |
  SET e.by = $by, e.reason = $reason, e.recorded_at = datetime.realtime(), e.retracted_at = $forever, e.retracted_by = null)
RETURN NOT held AS placed
