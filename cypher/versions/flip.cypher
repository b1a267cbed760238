// name:    versions.flip
// purpose: Makes each version the current one of its partition, and leaves the marks that readiness is to be evaluated again, and that what is kept wants a look.
// param:   versions list of string - ids
// returns: version string, replaced string or null - one row each
// access:  write
UNWIND $versions AS id
MATCH (p:Partition)-[:HAS_VERSION]->(v:DatasetVersion {id: id})
OPTIONAL MATCH (p)-[c:CURRENT]->(o:DatasetVersion)
DELETE c
WITH p, v, o
CREATE (p)-[:CURRENT]->(v)
SET v.state = 'PUBLISHED', v.reason = '', v.published_at = datetime.realtime(), p.evaluate = datetime.realtime(),
  p.expire_at = datetime.realtime()
REMOVE v.aging, v.replaced_at, p.expired
FOREACH (old IN CASE WHEN o IS NULL THEN [] ELSE [o] END | SET old.state = 'SUPERSEDED', old.reason = 'replaced by ' + v.id,
  old.aging = p.id, old.replaced_at = datetime.realtime())
RETURN v.id AS version, o.id AS replaced
