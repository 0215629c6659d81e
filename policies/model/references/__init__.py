"""References between objects, and what makes the things that they name."""
