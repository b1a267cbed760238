// name:    observed.describe_fields
// purpose: What others tell of columns, beside what is declared of them. Columns that are not there are passed over.
// param:   fields list of map {id, description, tags} - null for what is not told
// returns: id string - one row per column that is there
// access:  write
UNWIND $fields AS x
MATCH (f:Field {id: x.id})
SET f.observed_description = x.description, f.observed_tags = x.tags
RETURN f.id AS id
