// name:    jobs.count_jobs
// purpose: How many jobs `jobs.list_jobs` would give in all.
// param:   search string - lower-case part of a name; empty: all
// returns: total integer - one row
// access:  read
MATCH (x:Job)
WHERE x.retired_at IS NULL AND x.technical IS NULL
  AND ($search = '' OR toLower(x.namespace + '/' + x.name) CONTAINS $search)
RETURN count(x) AS total
