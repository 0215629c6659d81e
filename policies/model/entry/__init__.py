"""The way in: from a port of the host machine through a node to the controller, and the names under which people come."""
