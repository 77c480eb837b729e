"""Floor 1: clocks, facts, the store, the machine. Imports nothing of ours."""
