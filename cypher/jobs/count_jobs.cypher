// name:    jobs.count_jobs
// purpose: How many jobs `jobs.list_jobs` would give in all.
// param:   search string - lower-case part of a name; empty: all
// param:   integration string - told by this kind of client, in capitals; empty: all
// param:   processing string - told to be of this type, in capitals; empty: all
// param:   tag string - with this tag; empty: all
// param:   owner string - what this one owns; empty: all
// returns: total integer - one row
// access:  read
MATCH (x:Job)
WHERE x.retired_at IS NULL AND x.technical IS NULL
  AND ($search = '' OR toLower(x.namespace + '/' + x.name) CONTAINS $search)
  AND ($integration = '' OR x.integration = $integration)
  AND ($processing = '' OR x.processing = $processing)
  AND ($tag = '' OR $tag IN coalesce(x.tags, []) OR $tag IN coalesce(x.observed_tags, []))
  AND ($owner = '' OR EXISTS { MATCH (x)-[:OWNED_BY]->(o:Owner) WHERE o.name = $owner })
RETURN count(x) AS total
