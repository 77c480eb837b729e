"""``/metrics``: where Prometheus expects it, outside of ``/api``."""

from __future__ import annotations

from fastapi import APIRouter, Response

from measurement.exposition import CONTENT_TYPE, Exposition
from ui.house import House


def metrics_router(house: House) -> APIRouter:
    """The route that is scraped."""
    routes = APIRouter(tags=["metrics"])

    @routes.get("/metrics", summary="For Prometheus: energy, power, tokens, requests, latencies, simulations, tools")
    def metrics() -> Response:
        exposition = house.need(Exposition, "This launch counts nothing, so there is nothing to scrape.")
        return Response(exposition.text(), media_type=CONTENT_TYPE)

    return routes
