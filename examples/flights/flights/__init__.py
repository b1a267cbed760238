"""The Python jobs of the flights estate: plain functions that know nothing of what runs them."""
