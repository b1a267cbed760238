// name:    doctor.server
// purpose: What the server says it is.
// returns: name string, versions list of string, edition string - one row a component
// access:  read
CALL dbms.components() YIELD name, versions, edition
RETURN name, versions, edition
