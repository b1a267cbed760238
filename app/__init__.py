"""How people and programs reach Headwater: command line, GraphQL, REST, and the stack on one machine."""
