"""Shows the menu, takes an order, uses up the stock and books the payment."""
