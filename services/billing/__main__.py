"""Serve: ``python -m services.billing``."""

from services.back_end.serving import serve
from services.billing.routes import routes

serve("billing", routes)
