// name:    datasets.known_names
// purpose: Names to find the nearest one among, when somebody asks for a dataset that does not exist; those of its namespace first.
// param:   namespace string - the namespace that was asked for
// param:   limit integer - how many at most
// returns: namespace string, name string
// access:  read
MATCH (x:Dataset)
WHERE x.retired_at IS NULL AND coalesce(x.entity, x.id) = x.id
WITH x, CASE WHEN x.namespace = $namespace THEN 0 ELSE 1 END AS far
ORDER BY far, x.name
LIMIT $limit
RETURN x.namespace AS namespace, x.name AS name
