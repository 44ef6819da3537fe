"""Composition root: the dashboard, the API and the gate in one ASGI application.

The same under `streamlit run app.py` and under an ASGI server (`uvicorn app:app`); server access
logs stay off, because they would hold query strings.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread
import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Mount

from lib.api import downloads
from lib.api.app import BesideStreamlit, create_api
from lib.api.prometheus import scrape_route
from lib.auth.gate import Gate
from lib.observability.logs import configure_logs, get_logger
from lib.ui.shell.notices import show_script_error
from lib.work.services import services
from lib.worker.background import Background

ROOT = Path(__file__).resolve().parent

_services = services()
configure_logs(_services.settings.log_level)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Run what works beside the requests from start to stop of the process."""
    configure_logs(_services.settings.log_level)  # again: the server has set up its own meanwhile
    log = get_logger(__name__)
    background = Background(_services)
    background.start()
    # Modules and settings live as long as the process: no collection needs to walk over them.
    gc.collect()
    gc.freeze()
    log.info("app.started", instance=_services.settings.instance_type)
    try:
        yield {}
    finally:
        await anyio.to_thread.run_sync(background.stop)
        _services.close()
        log.info("app.stopped")


# A plain assignment: `streamlit run` finds it by reading this file. The script lies in a folder
# without `pages/`, and its path is absolute: beside one, Streamlit would serve page scripts
# without running the dashboard script, and so without its checks.
app = st.App(
    str(ROOT / "lib" / "ui" / "shell" / "dashboard.py"),
    lifespan=lifespan,
    routes=[
        scrape_route(_services.recorder),
        downloads.EXPORT_ROUTE,
        *downloads.SESSION_ROUTES,
    ],
    middleware=[
        Middleware(
            Gate,
            settings=_services.settings,
            authenticator=_services.authenticator,
            keys=_services.api_keys,
            record=_services.record_auth,
        ),
        Middleware(BesideStreamlit, routes=[Mount("/api/v1", create_api(_services))]),
    ],
    on_script_error=show_script_error,
)
