// name:    observed.published
// purpose: Keeps what came of runs of others: the versions they wrote, the partitions they read, what could not be placed; and takes the mark away. Where it is another one by now, more is known or somebody else was here: nothing is kept, and a mark stays. Locks before it looks.
// param:   runs list of map {id, mark, unknown_reads, versions list of string, reads list of map {id, dataset, key}, unplaced list of map {dataset, reason}} - sorted by id
// param:   token string - fresh for each attempt
// returns: id string - one row each that had the mark
// access:  write
UNWIND $runs AS x
MATCH (r:ObservedRun {id: x.id})
SET r._lock = $token
FOREACH (_ IN CASE WHEN r.publish IS NULL THEN [1] ELSE [] END | SET r.publish = datetime.realtime())
WITH r, x
WHERE toString(r.publish) = x.mark
REMOVE r.publish
SET r.unknown_reads = x.unknown_reads
WITH r, x
CALL (r, x) {
  OPTIONAL MATCH (r)-[w:WROTE]->(v:DatasetVersion)
  WHERE NOT v.id IN x.versions
  DELETE w
  RETURN count(*) AS unwritten
}
CALL (r, x) {
  OPTIONAL MATCH (p:Partition)-[b:READ_BY]->(r)
  WHERE NOT p.id IN [y IN x.reads | y.id]
  DELETE b
  RETURN count(*) AS unread
}
CALL (r, x) {
  OPTIONAL MATCH (r)-[u:UNPLACED]->(:Dataset)
  DELETE u
  RETURN count(*) AS cleared
}
CALL (r, x) {
  UNWIND x.versions AS version
  MATCH (v:DatasetVersion {id: version})
  MERGE (r)-[:WROTE]->(v)
  RETURN count(*) AS written
}
CALL (r, x) {
  UNWIND x.reads AS y
  MERGE (p:Partition {id: y.id})
  ON CREATE SET p.dataset = y.dataset, p.key = y.key
  MERGE (p)-[:READ_BY]->(r)
  RETURN count(*) AS read
}
CALL (r, x) {
  UNWIND x.unplaced AS y
  MATCH (d:Dataset {id: y.dataset})
  CREATE (r)-[:UNPLACED {reason: y.reason}]->(d)
  RETURN count(*) AS unplaced
}
RETURN r.id AS id
