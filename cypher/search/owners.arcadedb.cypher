// name:    search.owners
// purpose: What is declared now and owned by somebody whose name has one of some words in it. This engine has no full text index: it looks at every owner.
// param:   words list of string - lower-case letters and digits only
// param:   kinds list of string - dataset, job, consumer
// param:   limit integer - how many rows at most
// returns: kind string, id string, namespace string, name string, owner string - one row for each thing and owner
// access:  read
MATCH (o:Owner)
WHERE any(word IN $words WHERE toLower(o.name) CONTAINS word)
MATCH (o)<-[:OWNED_BY]-(n)
OPTIONAL MATCH (entity:Dataset {id: n.entity})
WITH o, coalesce(entity, n) AS n
WITH n, o, CASE WHEN n:Dataset THEN 'dataset' WHEN n:Job THEN 'job' ELSE 'consumer' END AS kind
WHERE n.retired_at IS NULL AND kind IN $kinds
RETURN kind, n.id AS id, n.namespace AS namespace, n.name AS name, o.name AS owner
LIMIT $limit
