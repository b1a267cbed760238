// name:    search.almost
// purpose: Datasets, jobs and consumers declared now whose name is long enough to have a word that is almost one of some words. This engine knows no distance of words: whoever asks must look at all of them.
// param:   words list of map {text, letters} - lower-case letters only, and how many may be wrong
// param:   kinds list of string - dataset, job, consumer
// param:   limit integer - how many names at most
// returns: kind string, id string, namespace string, name string, called string - one row each, `called` being one of its names
// access:  read
MATCH (named:Dataset)<-[:NAMES]-(a:DatasetName)
OPTIONAL MATCH (entity:Dataset {id: named.entity})
WITH a, coalesce(entity, named) AS n
WHERE 'dataset' IN $kinds AND n.retired_at IS NULL
  AND any(word IN $words WHERE size(a.name) >= size(word.text) - word.letters)
RETURN 'dataset' AS kind, n.id AS id, n.namespace AS namespace, n.name AS name, a.name AS called
LIMIT $limit
UNION ALL
MATCH (n:Job)
WHERE 'job' IN $kinds AND n.retired_at IS NULL
  AND any(word IN $words WHERE size(n.name) >= size(word.text) - word.letters)
RETURN 'job' AS kind, n.id AS id, n.namespace AS namespace, n.name AS name, n.name AS called
LIMIT $limit
UNION ALL
MATCH (n:Consumer)
WHERE 'consumer' IN $kinds AND n.retired_at IS NULL
  AND any(word IN $words WHERE size(n.name) >= size(word.text) - word.letters)
RETURN 'consumer' AS kind, n.id AS id, n.namespace AS namespace, n.name AS name, n.name AS called
LIMIT $limit
