// name:    holds.expired
// purpose: Holds in force whose time is over.
// param:   most integer
// returns: id string, target, kind, namespace, name, key, by - none when no hold has expired
// access:  read
MATCH (h:Hold)
WHERE h.open >= 1 AND h.until <= datetime.realtime()
RETURN h.id AS id, h.target AS target, h.kind AS kind, h.namespace AS namespace, h.name AS name, h.key AS key, h.by AS by
ORDER BY h.until LIMIT $most
