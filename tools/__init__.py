"""Floor 4 (over white papers): the actions. Plain typed functions that do not know that an LLM exists."""
