// name:    listing.count_events
// purpose: How many events `listing.events` would give in all.
// param:   namespace string - of their jobs; empty: all
// param:   after datetime - only later ones
// param:   before datetime - only earlier ones
// returns: total integer - one row
// access:  read
MATCH (e:LineageEvent)
WHERE e.at > $after AND e.at < $before AND e.run IS NOT NULL AND ($namespace = '' OR e.job STARTS WITH $namespace)
RETURN count(e) AS total
