"""How well a model steers: suites of requests, the judge who looks at what really changed, and the scores.

Not covered: how well a model writes, or what it knows; only what a request does to a live simulation.
"""
