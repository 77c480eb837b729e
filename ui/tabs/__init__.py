"""The tabs of the page, one a file: ``TITLE``, ``ORDER`` and ``build(house)``."""
