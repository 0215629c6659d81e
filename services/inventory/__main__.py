"""Serve: ``python -m services.inventory``."""

from services.back_end.serving import serve
from services.inventory.routes import routes

serve("inventory", routes, urls=("BILLING_SERVICE_URL",))
