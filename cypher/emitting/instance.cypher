// name:    emitting.instance
// purpose: What tells the runs of this graph from those of another.
// returns: instance string - no row before anybody was told of a run
// access:  read
MATCH (s:Outbox {id: 'subscription/openlineage'})
RETURN s.instance AS instance
