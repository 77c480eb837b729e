"""Floor 6: what people and programs see. The only floor that knows Gradio and FastAPI."""
