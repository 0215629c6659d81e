"""Policies about the way in: a port on the host machine reaches the ingress controller, and the controller what it fronts."""
