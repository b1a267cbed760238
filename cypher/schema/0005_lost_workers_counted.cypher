// Each run counts the attempts that lost their worker; those that are open have not counted yet.
MATCH (r:Run) WHERE r.open = 1 AND r.losses IS NULL SET r.losses = 0;
