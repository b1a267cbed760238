// name:    observed.around_sql
// purpose: What the SQL of jobs is read with: the facets that hold it, and the datasets that observations name beside it.
// param:   jobs list of string - ids
// param:   source string - of observed edges
// returns: id string, facets string, digest string, unresolved list, scope string, datasets list - one row each; facets is JSON; a dataset is [id, id of the name it was seen under, namespace and name of that, is output, stale, first seen, facets, was ever dropped]
// access:  read
UNWIND $jobs AS id
MATCH (j:Job {id: id})
CALL (j) {
  MATCH (j)<-[e:CONSUMED_BY]-(d:Dataset)
  WHERE e.source = $source
  RETURN collect([d.id, e.named, d.namespace, d.name, false, coalesce(e.stale, false), e.valid_from, d.facets, d.drops IS NOT NULL]) AS inputs
}
CALL (j) {
  MATCH (j)-[e:PRODUCES]->(d:Dataset)
  WHERE e.source = $source
  RETURN collect([d.id, e.named, d.namespace, d.name, true, coalesce(e.stale, false), e.valid_from, d.facets, d.drops IS NOT NULL]) AS outputs
}
RETURN j.id AS id, j.facets AS facets, j.sql_digest AS digest, coalesce(j.unresolved, []) AS unresolved, j.scope AS scope,
  inputs + outputs AS datasets
