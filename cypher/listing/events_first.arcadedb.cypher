// name:    listing.events_first
// purpose: Events of runs as they were sent, from any place on, the oldest first. Without the index on moments: this engine's gives what was deleted, too.
// param:   namespace string - of their jobs; empty: all
// param:   after datetime - only later ones
// param:   before datetime - only earlier ones
// param:   offset integer - how many to pass over
// param:   limit integer - how many
// returns: body string - one row each, in order
// access:  read
MATCH (e:LineageEvent)
WHERE datetime(e.at) > $after AND datetime(e.at) < $before AND e.run IS NOT NULL AND ($namespace = '' OR e.job STARTS WITH $namespace)
WITH e ORDER BY e.at, e.id SKIP $offset LIMIT $limit
RETURN e.body AS body
