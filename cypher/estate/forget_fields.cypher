// name:    estate.forget_fields
// purpose: Takes away what was said about the columns of datasets, before it is said anew.
// param:   datasets list of string - ids
// returns: id string - one row for each column of which something was said
// access:  write
UNWIND $datasets AS dataset_id
MATCH (f:Field {dataset: dataset_id})
WHERE f.description IS NOT NULL OR f.tags IS NOT NULL OR f.classification IS NOT NULL
SET f.description = null, f.tags = null, f.classification = null
RETURN f.id AS id
