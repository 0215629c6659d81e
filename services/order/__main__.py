"""Serve: ``python -m services.order``."""

from services.back_end.serving import serve
from services.order.routes import routes

serve("order", routes, urls=("INVENTORY_SERVICE_URL", "BILLING_SERVICE_URL"))
