"""Files and databases in which other systems say what they read and make, as declarations to be brought in."""
