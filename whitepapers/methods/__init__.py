"""What is known of a workload's mathematics: a file of the workload's name, found by it.

``INTRODUCTION`` (paragraphs), ``METHODS`` (blocks), ``LIMITS`` (paragraphs), and ``CONSTANTS``: by the key in the text the
name of a constant in the workload's program and its unit, so that not even these numbers are typed here.
"""
