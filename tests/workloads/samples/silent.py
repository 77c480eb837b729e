"""Knows nothing of Lodger."""

print("computing, unaware of everybody")
