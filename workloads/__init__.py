"""Floor 2: the simulations, the channel that steers them, and the processes they live in."""
