// name:    search.owners
// purpose: What is declared now and owned by somebody whose name has one of some words in it.
// param:   words list of string - lower-case letters and digits only
// param:   kinds list of string - dataset, job, consumer
// param:   limit integer - how many rows at most
// returns: kind string, id string, namespace string, name string, owner string - one row for each thing and owner
// access:  read
WITH reduce(query = '', word IN $words | query + ' ' + word + '^2 *' + word + '*') AS query
CALL db.index.fulltext.queryNodes('search_owners', query, {limit: $limit}) YIELD node AS o
MATCH (n:Dataset|Job|Consumer)-[:OWNED_BY]->(o)
OPTIONAL MATCH (entity:Dataset {id: n.entity})
WITH o, coalesce(entity, n) AS n
WITH n, o, CASE WHEN n:Dataset THEN 'dataset' WHEN n:Job THEN 'job' ELSE 'consumer' END AS kind
WHERE n.retired_at IS NULL AND kind IN $kinds
RETURN kind, n.id AS id, n.namespace AS namespace, n.name AS name, o.name AS owner
LIMIT $limit
