// name:    identity.settle
// purpose: Says of datasets which one stands for them, and of evidence whether it counts.
// param:   members list of map {id, entity} - entity null: it stands for itself alone
// param:   evidence list of map {id, source, held} - source: id of the dataset that it starts from; held null: it counts
// returns: one integer - one row
// access:  write
FOREACH (x IN $members | MERGE (d:Dataset {id: x.id}) SET d.entity = x.entity)
WITH 1 AS one
CALL () {
  UNWIND $evidence AS x
  MATCH (:Dataset {id: x.source})-[e:SAME_AS {id: x.id}]->(:Dataset)
  WHERE e.valid_to > datetime.realtime()
  SET e.held = x.held
  RETURN count(*) AS said
}
RETURN one
