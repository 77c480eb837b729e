"""White papers: facts -> LaTeX -> PDF, in which every number can be traced.

Covers what a report says and how it is made. It knows no language model (whoever drafts prose is handed in) and no page.
"""
