// name:    verify.attempts_with_slots
// purpose: Every attempt that held slots of pools: when, which, and how many each pool had then.
// returns: id string, started_at datetime, ended_at datetime or null, took list of string - each pool once per slot, most list of integer - beside each of took; in the order of their starts
// access:  read
MATCH (a:Attempt)
WHERE a.took IS NOT NULL
RETURN a.id AS id, a.started_at AS started_at, a.ended_at AS ended_at, a.took AS took, a.most AS most
ORDER BY started_at, id
