// name:    observed.mark_concerned
// purpose: Leaves the mark on those of some complete runs that read something declared, or wrote something that others are trusted to publish, under any name.
// param:   runs list of string - ids, locked already
// returns: id string - one row per run that is marked
// access:  write
UNWIND $runs AS id
MATCH (r:ObservedRun {id: id})
WHERE EXISTS {
    MATCH (n:DatasetName)-[:NAMES]->(d:Dataset)
    WHERE n.id IN r.inputs
    MATCH (t:Dataset {id: coalesce(d.entity, d.id)})
    WHERE t.format IS NOT NULL
  } OR EXISTS {
    MATCH (n:DatasetName)-[:NAMES]->(d:Dataset)
    WHERE n.id IN r.outputs
    MATCH (t:Dataset {id: coalesce(d.entity, d.id)})
    WHERE t.observed IS NOT NULL
  }
SET r.publish = datetime.realtime()
RETURN r.id AS id
