"""The engine and the runs under statistical control: the probe, the judge, and what becomes of an alarm."""
