// name:    listing.notes
// purpose: What clients said of namespaces, sources or tags.
// param:   kind string - namespace, source or tag
// returns: name string, said string - JSON, since integer, last integer - one row each, in order, moments in microseconds
// access:  read
MATCH (n:Note {kind: $kind})
RETURN n.name AS name, n.said AS said, datetime(n.since).epochSeconds * 1000000 + datetime(n.since).microsecond AS since,
  datetime(n.last).epochSeconds * 1000000 + datetime(n.last).microsecond AS last
ORDER BY name
