"""REST: one resource a file, each with ``router(house) -> APIRouter``; found by name, nobody edits a list."""
