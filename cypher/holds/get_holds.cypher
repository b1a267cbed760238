// name:    holds.get_holds
// purpose: Some holds by their ids.
// param:   ids list of string
// returns: id, target, kind, namespace, name, key, reason, by, placed_at, effect, until, released_at, released_by - one row per hold that exists
// access:  read
UNWIND $ids AS id
MATCH (h:Hold {id: id})
RETURN h.id AS id, h.target AS target, h.kind AS kind, h.namespace AS namespace, h.name AS name, h.key AS key,
  h.reason AS reason, h.by AS by, h.placed_at AS placed_at, h.effect AS effect, h.until AS until,
  h.released_at AS released_at, h.released_by AS released_by
