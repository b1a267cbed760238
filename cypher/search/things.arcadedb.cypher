// name:    search.things
// purpose: Datasets, jobs and consumers declared now that say one of some words somewhere in their names, description, tags or domain. This engine has no full text index: it looks at all of them, in no order.
// param:   words list of string - lower-case letters and digits only
// param:   kinds list of string - dataset, job, consumer
// param:   limit integer - how many rows at most
// returns: kind string, id string, namespace string, name string, called string, description string, tags list of string, domain string - one row each, `called` being one of its names
// access:  read
MATCH (named:Dataset)<-[:NAMES]-(a:DatasetName)
OPTIONAL MATCH (entity:Dataset {id: named.entity})
WITH a, coalesce(entity, named) AS n
WHERE 'dataset' IN $kinds AND n.retired_at IS NULL
  AND any(word IN $words WHERE toLower(a.namespace + ' ' + a.name + ' ' + n.name + ' ' + coalesce(n.description, '') + ' '
    + coalesce(n.domain, '') + reduce(said = '', tag IN coalesce(n.tags, []) | said + ' ' + tag)) CONTAINS word)
RETURN 'dataset' AS kind, n.id AS id, n.namespace AS namespace, n.name AS name, a.name AS called,
  n.description AS description, n.tags AS tags, n.domain AS domain
LIMIT $limit
UNION ALL
MATCH (n:Job)
WHERE 'job' IN $kinds AND n.retired_at IS NULL
  AND any(word IN $words WHERE toLower(n.namespace + ' ' + n.name + ' ' + coalesce(n.description, '')) CONTAINS word)
RETURN 'job' AS kind, n.id AS id, n.namespace AS namespace, n.name AS name, n.name AS called,
  n.description AS description, null AS tags, null AS domain
LIMIT $limit
UNION ALL
MATCH (n:Consumer)
WHERE 'consumer' IN $kinds AND n.retired_at IS NULL
  AND any(word IN $words WHERE toLower(n.namespace + ' ' + n.name + ' ' + coalesce(n.description, '')) CONTAINS word)
RETURN 'consumer' AS kind, n.id AS id, n.namespace AS namespace, n.name AS name, n.name AS called,
  n.description AS description, null AS tags, null AS domain
LIMIT $limit
