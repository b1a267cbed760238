"""Which runs may be claimed, in which order and how often: the words of jobs about that, and what counts them."""
