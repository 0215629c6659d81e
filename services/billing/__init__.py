"""Books payments and costs, and adds up the sales."""
