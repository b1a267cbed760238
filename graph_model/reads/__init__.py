"""Who reads what: runs by themselves, consumers and other programs because they say so."""
