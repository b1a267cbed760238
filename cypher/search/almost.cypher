// name:    search.almost
// purpose: Datasets, jobs and consumers declared now that have a word in a name which is one or two letters away from one of some words.
// param:   words list of map {text, letters} - lower-case letters only, and how many may be wrong
// param:   kinds list of string - dataset, job, consumer
// param:   limit integer - how many names to look at, at most
// returns: kind string, id string, namespace string, name string, called string - one row each, `called` being one of its names
// access:  read
WITH reduce(query = '', word IN $words | query + ' ' + word.text + '~' + toString(word.letters)) AS query
CALL db.index.fulltext.queryNodes('search_names', query, {limit: $limit}) YIELD node AS found
OPTIONAL MATCH (found)-[:NAMES]->(d:Dataset)
WHERE found:DatasetName
OPTIONAL MATCH (entity:Dataset {id: coalesce(d.entity, found.entity)})
WITH found.name AS called, coalesce(entity, d, found) AS n
WITH called, n, CASE WHEN n:Dataset THEN 'dataset' WHEN n:Job THEN 'job' ELSE 'consumer' END AS kind
WHERE NOT n:DatasetName AND n.retired_at IS NULL AND kind IN $kinds
RETURN kind, n.id AS id, n.namespace AS namespace, n.name AS name, called
