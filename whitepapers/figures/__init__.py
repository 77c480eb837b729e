"""The pictures of a report: one file a kind, ``draw(figure, data)``. The only place that knows matplotlib.

They are drawn in a process of their own (``python -m whitepapers.figures FOLDER``), so that nobody waits for them.
"""

PLOTS = "figures.json"
FOR_LATEX = "The pictures for LaTeX are drawn."
