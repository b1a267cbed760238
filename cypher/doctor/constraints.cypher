// name:    doctor.constraints
// purpose: The constraints that the graph really has, whatever its migrations say.
// returns: labels list of string, properties list of string - one row each
// access:  read
SHOW CONSTRAINTS YIELD labelsOrTypes, properties
RETURN labelsOrTypes AS labels, properties
