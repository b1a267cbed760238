// name:    identity.settle_lives_of_columns
// purpose: That what was seen of columns has ended with the next drop of either dataset, unless it was seen since.
// param:   datasets list of string - ids of those that were dropped once
// param:   source string - whose edges
// param:   forever datetime
// returns: id string - one row for each edge
// access:  write
CALL () {
  UNWIND $datasets AS id
  MATCH (:Field {dataset: id})-[e:FEEDS]-(other:Field)
  RETURN id, e, other.dataset AS other
  UNION ALL
  UNWIND $datasets AS id
  MATCH (:Field {dataset: id})-[e:SHAPES]->(other:Dataset)
  RETURN id, e, other.id AS other
  UNION ALL
  UNWIND $datasets AS id
  MATCH (:Dataset {id: id})<-[e:SHAPES]-(other:Field)
  RETURN id, e, other.dataset AS other
}
WITH id, e, other
WHERE e.source = $source
MATCH (a:Dataset {id: id})
MATCH (b:Dataset {id: other})
SET e.valid_to = reduce(end = $forever, at IN a.drops + coalesce(b.drops, []) |
  CASE WHEN at >= e.last_seen AND at < end THEN at ELSE end END)
RETURN e.id AS id
