// name:    retirement.columns
// purpose: The columns that some datasets are known to have, or to have had.
// param:   datasets list of string - ids
// returns: dataset string, path string - one row each
// access:  read
UNWIND $datasets AS id
MATCH (f:Field {dataset: id})
RETURN id AS dataset, f.path AS path
