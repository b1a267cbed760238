"""When jobs run by the clock: which nominal times there are, what each stands for, and what a tick makes of them."""
