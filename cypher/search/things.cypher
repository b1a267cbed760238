// name:    search.things
// purpose: Datasets, jobs and consumers declared now that say one of some words somewhere in their names, description, tags or domain; those that say most of them first, and those called so before all.
// param:   words list of string - lower-case letters and digits only
// param:   kinds list of string - dataset, job, consumer
// param:   limit integer - how many places to look at, at most
// returns: kind string, id string, namespace string, name string, called string, description string, tags list of string, domain string - one row each, `called` being one of its names
// access:  read
WITH reduce(whole = head($words), word IN tail($words) | whole + '_' + word) AS whole
WITH reduce(query = whole + '^8 ' + whole + '*^4', word IN $words | query + ' ' + word + '^2 *' + word + '*') AS query
CALL db.index.fulltext.queryNodes('search_things', query, {limit: $limit}) YIELD node AS found
OPTIONAL MATCH (found)-[:NAMES]->(d:Dataset)
WHERE found:DatasetName
OPTIONAL MATCH (entity:Dataset {id: coalesce(d.entity, found.entity)})
WITH found.name AS called, coalesce(entity, d, found) AS n
WITH called, n, CASE WHEN n:Dataset THEN 'dataset' WHEN n:Job THEN 'job' ELSE 'consumer' END AS kind
WHERE NOT n:DatasetName AND n.retired_at IS NULL AND kind IN $kinds
RETURN kind, n.id AS id, n.namespace AS namespace, n.name AS name, called, n.description AS description,
  n.tags AS tags, n.domain AS domain
