// name:    runs.swept
// purpose: What attempts without success left behind is gone.
// param:   attempts list of map {id: of the run, fence}
// returns: id string - one row each
// access:  write
UNWIND $attempts AS x
MATCH (a:Attempt {id: x.id + '/' + toString(x.fence)})
REMOVE a.unswept
RETURN a.id AS id
