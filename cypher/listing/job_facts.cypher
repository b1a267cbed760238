// name:    listing.job_facts
// purpose: What is known of some jobs in short, for lists of them: names, moments in microseconds.
// param:   ids list of string - of jobs
// returns: jobs list - one row, with a list for each job that exists: [id, namespace, name, kind, description, definition_hash, retired, facets (JSON or null), first seen, last seen (both null for never)]
// access:  read
UNWIND $ids AS id
MATCH (j:Job {id: id})
OPTIONAL MATCH (j)-[e:CONSUMED_BY|PRODUCES]-(:Dataset)
WITH j, min(e.valid_from) AS first, max(e.last_seen) AS last
// One record for all: a record for each would cost the driver more than its content.
RETURN collect([j.id, j.namespace, j.name, j.kind, j.description, j.definition_hash, j.retired_at IS NOT NULL, j.facets,
  first.epochSeconds * 1000000 + first.microsecond, last.epochSeconds * 1000000 + last.microsecond]) AS jobs
