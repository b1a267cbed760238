// name:    emitting.subscribe
// purpose: Somebody wants to be told of runs: for so long from now on, whoever starts or ends one leaves a word of it in the outbox.
// param:   instance string - a fresh UUID, taken where the graph has none yet: what tells its runs from those of another graph
// param:   keep_ms integer
// returns: instance string - one row
// access:  write
MERGE (s:Outbox {id: 'subscription/openlineage'})
ON CREATE SET s.kind = 'subscription', s.created_at = datetime.realtime(), s.dropped = 0
SET s.instance = coalesce(s.instance, $instance), s.until = datetime.realtime() + duration({milliseconds: $keep_ms})
RETURN s.instance AS instance
