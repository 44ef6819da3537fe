"""`make image`: builds deploy/Dockerfile with a real engine and goes through the smoke test inside.

The engine is `EARSHOT_ENGINE`, else podman or docker, whichever works. The app and the worker run
as deploy/compose.yaml runs them: nobody, no capability, nothing to write to but /tmp. Convex,
the bucket and Clerk are the local stack's. Settings, all optional:

- `EARSHOT_BASES=debian`: bases made of Debian's packages, where the pinned ones cannot be fetched.
- `EARSHOT_PYTHON_BASE`, `EARSHOT_NODE_BASE`: bases by name.
- `EARSHOT_BUILD_OPTIONS`, `EARSHOT_RUN_OPTIONS`: further options of the engine's `build` and `run`.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from lib.smoke.story import CLEAN_UP, STORY
from local import processes
from local.children import Child
from local.stack import Stack
from tests.deploy.dockerfile import DOCKERFILE, ROOT, exec_form, stages
from tests.support.around import smoke, stack_around

TAG = "localhost/earshot:image-check"
BASE = "localhost/earshot-base:debian"
MIB = 1024 * 1024
WRITABLE = "/tmp"  # noqa: S108  # inside of the container
HARDENED = (
    *("--rm", "--network", "host", "--read-only", "--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges", "--tmpfs", f"{WRITABLE}:size=256m,mode=1777"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """An image and the engine that built it."""

    engine: str

    def ask(self, *command: str, options: Sequence[str] = ()) -> str:
        """Run a command in a container that ends with it, and return what it prints."""
        done = subprocess.run(
            [*self.run(*options), *command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def run(self, *options: str) -> list[str]:
        """Return the command that starts a container; what it runs follows."""
        more = shlex.split(os.environ.get("EARSHOT_RUN_OPTIONS", ""))
        return [self.engine, "run", *HARDENED, *more, *options, TAG]


def engine() -> str:
    """Return the first engine that works."""
    named = os.environ.get("EARSHOT_ENGINE")
    for name in [named] if named else ["podman", "docker"]:
        if (
            shutil.which(name)
            and not subprocess.run([name, "info"], capture_output=True, check=False).returncode
        ):
            return name
    pytest.fail(
        "NOT RUN: no container engine works here. On Debian: apt-get install podman runc", False
    )


def bases(name: str, folder: Path) -> dict[str, str]:
    """Return the build arguments that name the bases; make stand-ins if that is asked for."""
    if os.environ.get("EARSHOT_BASES") == "debian":
        make_base(name, folder / "base")
        return {"PYTHON_BASE": BASE, "NODE_BASE": BASE}
    wanted = {
        argument: os.environ.get(f"EARSHOT_{argument}") for argument in ("PYTHON_BASE", "NODE_BASE")
    }
    return {argument: base for argument, base in wanted.items() if base}


def make_base(name: str, folder: Path) -> None:
    """Make one base of Debian's Python and the Node.js of `make setup`."""
    packages = "ca-certificates,libseccomp2,python3,python3-venv"
    command = ["debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    node = processes.node_binary().parent.parent
    for part in ("bin/node", "lib/node_modules"):
        target = folder / "usr/local" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            shutil.rmtree(target)
        copy = shutil.copytree if (node / part).is_dir() else shutil.copy
        copy(node / part, target)
    (folder / "usr/local/bin/npm").symlink_to("../lib/node_modules/npm/bin/npm-cli.js")
    (folder / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    with subprocess.Popen(
        ["tar", "-C", str(folder), "-cf", "-", "."], stdout=subprocess.PIPE
    ) as tar:
        subprocess.run([name, "import", "-", BASE], stdin=tar.stdout, check=True)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    name = engine()
    arguments = bases(name, tmp_path_factory.mktemp("bases"))
    command = [name, "build", "--file", str(DOCKERFILE), "--tag", TAG]
    for argument, value in arguments.items():
        command += ["--build-arg", f"{argument}={value}"]
    command += shlex.split(os.environ.get("EARSHOT_BUILD_OPTIONS", ""))
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    yield Image(name)
    subprocess.run([name, "rmi", "--force", TAG], check=False, capture_output=True)


def test_the_image_says_its_size_and_holds_nothing_for_development(image: Image) -> None:
    code = (
        "import json, os, importlib.util as u\n"
        "size = lambda top: sum(os.lstat(os.path.join(d, f)).st_size"
        " for d, _, fs in os.walk(top) for f in fs)\n"
        "wanted = ('pip', 'pytest', 'playwright', 'nanio', 'local', 'tests')\n"
        "print(json.dumps({'found': [n for n in wanted if u.find_spec(n)], 'uid': os.getuid(),\n"
        "  'writes': [t for t in ('/', '/app', '/opt/venv', '/tmp') if os.access(t, os.W_OK)],\n"
        "  'sizes': {t: size(t) for t in ('/opt/venv', '/app')}}))"
    )
    told = json.loads(image.ask("python", "-c", code))
    inspect = [image.engine, "image", "inspect", "--format", "{{.Size}}", TAG]
    whole = int(subprocess.run(inspect, capture_output=True, check=True).stdout)
    sizes = {"the image with its base": whole, **told["sizes"]}
    lines = "".join(f"\n{place}: {size / MIB:.0f} MiB" for place, size in sizes.items())
    sys.stdout.write(lines + "\n")
    assert told["found"] == []
    assert told["uid"] == 10001
    assert told["writes"] == [WRITABLE]


def contained(image: Image, stack: Stack) -> list[Child]:
    """Return the app and the worker in containers with the settings of a stack."""
    settings = {**stack.app_environment(), "EARSHOT_WORKER": "apart"}
    by_name = [word for setting in settings for word in ("--env", setting)]
    serve = exec_form(stages()[-1].last("CMD"))
    serve[serve.index("--port") + 1] = str(stack.app_port)
    serve[serve.index("--host") + 1] = "127.0.0.1"
    commands = {"app": serve, "worker": ["python", "-m", "lib", "worker"]}
    health = {"app": f"{stack.app_url}/api/v1/ready", "worker": ""}
    environment = {**os.environ, **settings}
    logs = Path(stack.home) / "logs"
    return [
        Child(
            name,
            image.run(*by_name) + command,
            environment,
            ROOT,
            health[name],
            logs / f"{name}.log",
        )
        for name, command in commands.items()
    ]


@pytest.mark.timeout(900)
def test_the_whole_story_passes_with_app_and_worker_in_read_only_containers(
    image: Image, tmp_path: Path
) -> None:
    with stack_around(tmp_path / "home", partial(contained, image)) as stack:
        done = smoke(stack.app_environment())
    steps = {row["name"]: row for row in json.loads(done.stdout)["steps"]}
    assert not [row for row in steps.values() if row["status"] != "PASS"]
    assert list(steps) == [step.name for step in (*STORY, CLEAN_UP)]
