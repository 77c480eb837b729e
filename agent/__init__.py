"""Floor 5: the conversation. The only floor that knows pydantic-ai."""
