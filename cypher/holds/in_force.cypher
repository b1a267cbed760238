// name:    holds.in_force
// purpose: Every hold that is in force now, oldest first. They are few: people place them.
// returns: id, target, kind, namespace, name, key, reason, by, placed_at, effect, until, released_at, released_by - none when nothing is held
// access:  read
MATCH (h:Hold)
WHERE h.open >= 1
RETURN h.id AS id, h.target AS target, h.kind AS kind, h.namespace AS namespace, h.name AS name, h.key AS key,
  h.reason AS reason, h.by AS by, h.placed_at AS placed_at, h.effect AS effect, h.until AS until,
  h.released_at AS released_at, h.released_by AS released_by
ORDER BY h.placed_at, h.id
