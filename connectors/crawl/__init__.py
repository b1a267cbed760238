"""What lies in a folder or a database, proposed as datasets of an estate."""
