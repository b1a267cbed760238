// name:    jobs.list_jobs
// purpose: One page of the jobs that are declared now, by namespace and name.
// param:   search string - lower-case part of a name; empty: all
// param:   integration string - told by this kind of client, in capitals; empty: all
// param:   processing string - told to be of this type, in capitals; empty: all
// param:   tag string - with this tag; empty: all
// param:   owner string - what this one owns; empty: all
// param:   after_namespace string - the page starts after this namespace
// param:   after_name string - and this name in it; both empty: the first page
// param:   limit integer - how many
// returns: id string - in order
// access:  read
MATCH (x:Job)
WHERE x.retired_at IS NULL AND x.technical IS NULL
  AND (x.namespace > $after_namespace OR (x.namespace = $after_namespace AND x.name > $after_name))
  AND ($search = '' OR toLower(x.namespace + '/' + x.name) CONTAINS $search)
  AND ($integration = '' OR x.integration = $integration)
  AND ($processing = '' OR x.processing = $processing)
  AND ($tag = '' OR $tag IN coalesce(x.tags, []) OR $tag IN coalesce(x.observed_tags, []))
  AND ($owner = '' OR EXISTS { MATCH (x)-[:OWNED_BY]->(o:Owner) WHERE o.name = $owner })
RETURN x.id AS id
ORDER BY x.namespace, x.name
LIMIT $limit
