// name:    names.jobs_called
// purpose: The jobs that have this bare name, in whatever namespace; a person asks it, not a loop.
// param:   called string - a name without namespace
// returns: spelled string, namespace string, name string, retired boolean, partition_every string, partition_from string, partition_details string - a row for each that exists
// access:  read
MATCH (j:Job)
WHERE j.name = $called
RETURN j.name AS spelled, j.namespace AS namespace, j.name AS name, j.retired_at IS NOT NULL AS retired,
       j.partition_every AS partition_every, j.partition_from AS partition_from,
       j.partition_details AS partition_details
