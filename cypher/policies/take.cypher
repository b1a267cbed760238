// name:    policies.take
// purpose: Writes down what runs that were just claimed hold, on the run while it goes on and on its attempt for good; and on the pools which these were.
// param:   taken list of map {run, fence, took: list of string, most: list of integer} - most: how many slots there were, beside each of took
// param:   pools list of map {id, lately: list of string}
// returns: id string - one row per run
// access:  write
UNWIND $pools AS x
MATCH (p:Pool {id: x.id})
SET p.lately = x.lately
WITH count(*) AS noted
UNWIND $taken AS x
MATCH (r:Run {id: x.run})
MATCH (a:Attempt {id: x.run + '/' + toString(x.fence)})
SET r.taking = 1, r.took = x.took, a.took = x.took, a.most = x.most
RETURN r.id AS id
