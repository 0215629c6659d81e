"""The paths of a world as a drawing: from each URL to its pods and database, from each commit to its Applications."""
