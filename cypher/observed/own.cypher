// name:    observed.own
// purpose: Who is told to own some things now, each with all owners; others that the same source told before own them no longer.
// param:   things list of map {id, owners: list of map {edge, owner, name, role}} - datasets and jobs
// param:   source string - whose word it is; another's is never touched
// returns: id string - one row per thing
// access:  write
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $things AS x
OPTIONAL MATCH (d:Dataset {id: x.id})
OPTIONAL MATCH (j:Job {id: x.id})
WITH x, coalesce(d, j) AS n
CALL (x, n) {
  MATCH (n)-[e:OWNED_BY]->(:Owner)
  WHERE e.source = $source AND NOT e.id IN [owner IN x.owners | owner.edge]
  DELETE e
  RETURN count(*) AS gone
}
CALL (x, n) {
  UNWIND x.owners AS owner
  MERGE (o:Owner {id: owner.owner})
  ON CREATE SET o.name = owner.name
  MERGE (n)-[e:OWNED_BY {id: owner.edge}]->(o)
  SET e.source = $source, e.provenance = 'observed', e.role = owner.role
  RETURN count(*) AS owned
}
RETURN x.id AS id
