"""Policies of the path from a reference to whatever creates the thing that it names, and of what an identity may do."""
