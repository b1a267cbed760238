// name:    estate.declare_contracts
// purpose: Whole contracts, as they were written. One whose content is known already is left as it is.
// param:   contracts list of map {id, dataset, digest, version, status, name, file, text}
// returns: id string - one row each
// access:  write
UNWIND $contracts AS x
MERGE (c:Contract {id: x.id})
ON CREATE SET c.dataset = x.dataset, c.digest = x.digest, c.version = x.version, c.status = x.status, c.name = x.name,
  c.file = x.file, c.text = x.text, c.seen_at = datetime.realtime()
RETURN c.id AS id
