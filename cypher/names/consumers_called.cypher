// name:    names.consumers_called
// purpose: The consumers that have this bare name, in whatever namespace; a person asks it, not a loop.
// param:   called string - a name without namespace
// returns: namespace string, name string, retired boolean - a row for each that exists
// access:  read
MATCH (c:Consumer)
WHERE c.name = $called
RETURN c.namespace AS namespace, c.name AS name, c.retired_at IS NOT NULL AS retired
