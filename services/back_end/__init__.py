"""What order, inventory and billing have in common; each of them adds its routes and nothing else."""
