"""A newcomer's machine: a clone of the commit, an empty home, and few programs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from local.stack import free_ports
from tests.api.test_story import wav
from tests.sources import otlp_spans
from tests.support.stack import wait_until
from tests.walk.pages import ROOT, Block, Kind
from tests.walk.programs import link_programs

PAYLOADS: Final = ROOT / "tests" / "sources" / "payloads"
READY_SECONDS: Final = 600
RUN_SECONDS: Final = 1800
# How this machine reaches package registries is the machine's, not the newcomer's.
_REGISTRIES: Final = ("PIP_", "NPM_CONFIG_", "npm_config_", "SSL_CERT_", "NODE_EXTRA_CA_CERTS")
_SETTINGS: Final = """
import json, pathlib, sys
from local.stack import Stack
values = Stack.load(pathlib.Path(sys.argv[1])).app_environment()
with pathlib.Path(".env").open("a") as file:
    file.writelines(f"{k}={json.dumps(v)}\\n" for k, v in values.items())
"""


class WalkError(Exception):
    """A command did not do what its page says."""


@dataclass
class Checkout:
    """A fresh clone below a folder, and what runs there."""

    folder: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    running: list[tuple[Block, subprocess.Popen[bytes]]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """Where the clone is."""
        return self.folder / "earshot"

    @property
    def home(self) -> Path:
        """Where its local stack keeps everything."""
        return self.root / ".earshot"

    def environment(self) -> dict[str, str]:
        """Return all that a command finds: nothing of the shell that started the walk."""
        kept = {name: text for name, text in os.environ.items() if name.startswith(_REGISTRIES)}
        configured = {
            "PIP_CONFIG_FILE": Path.home() / ".config" / "pip" / "pip.conf",
            "NPM_CONFIG_USERCONFIG": Path.home() / ".npmrc",
        }
        kept |= {name: str(file) for name, file in configured.items() if file.exists()}
        own = {
            "HOME": str(self.folder / "home"),
            "PATH": str(self.folder / "bin"),
            "LANG": "C.UTF-8",
        }
        return {**kept, **own, "PORT": str(self.port), **self.variables}

    def clone(self) -> None:
        """Clone the commit that is checked out here."""
        (self.folder / "home").mkdir(parents=True)
        link_programs(self.folder / "bin")
        subprocess.run(
            ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(self.root)], check=True
        )

    def run(self, block: Block) -> None:
        """Run a block to its end.

        Raises:
            WalkError: it failed; the message ends with what it printed last.
        """
        done = subprocess.run(
            _bash(block),
            cwd=self.root,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=RUN_SECONDS,
        )
        if done.returncode:
            raise WalkError(f"ended with {done.returncode}:\n{done.stdout.decode()[-3000:]}")

    def start(self, block: Block) -> None:
        """Start a block that stays up, and wait until it prints that it is ready.

        Raises:
            WalkError: it ended, or was not ready in time.
        """
        output = self.folder / f"output-{len(self.running)}-{time.monotonic_ns()}"
        with output.open("wb") as log:
            process = subprocess.Popen(
                _bash(block),
                cwd=self.root,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append((block, process))

        def said() -> str:
            return output.read_text("utf-8", "replace")

        wait_until(lambda: block.note in said() or process.poll() is not None, READY_SECONDS, said)
        if process.poll() is not None:
            raise WalkError(f"ended with {process.returncode}:\n{said()[-3000:]}")

    def stop(self, *, page: str | None = None) -> None:
        """End, politely, what runs: of one page, with the settings that it filled in, or all."""
        if page is not None:
            (self.root / ".env").unlink(missing_ok=True)
        for block, process in reversed(self.running.copy()):
            if page is not None and (block.page != page or block.kind is Kind.WALK):
                continue
            self.running.remove((block, process))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(60)

    def fill_in_settings(self, home: Path) -> None:
        """Add the addresses and keys of a local stack to `.env`.

        Args:
            home: of the stack.
        """
        python = str(self.root / ".venv/bin/python")
        command = [python, "-c", _SETTINGS, str(home.resolve())]
        subprocess.run(command, cwd=self.root, env=self.environment(), check=True)

    def take_variables(self) -> None:
        """Set what the pages' commands find, now that a stack runs here."""
        self.variables = {
            "EARSHOT_URL": f"http://localhost:{self.port}",
            "EARSHOT_KEY": self._key("write"),
            "EARSHOT_READ_KEY": self._key("read"),
            "RECORDING": str(self.folder / "recording.wav"),
        }

    def _key(self, scope: str) -> str:
        python = str(self.root / ".venv/bin/python")
        done = subprocess.run(
            [python, "-m", "lib", "key", "create", "--name", "walk", "--scope", scope],
            cwd=self.root,
            env=self.environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        key: str = json.loads(done.stdout)["key"]
        return key

    def bring_files(self) -> None:
        """Write the files that the pages' commands name: a recording, and what is imported."""
        (self.folder / "recording.wav").write_bytes(wav())
        session = {"userId": "user_curl", "startedAt": "2026-01-31T12:00:00Z"}
        said = "Where is my parcel?"
        turn = {"speaker": "user", "text": said, "startedAtMs": 0}
        line = {"externalId": "call-1", "channel": "voice", **session, "interactions": [turn]}
        (self.root / "calls.jsonl").write_text(json.dumps(line) + "\n")
        (self.root / "calls").mkdir()
        cue = f"WEBVTT\n\n00:00.000 --> 00:02.000\n<v user>{said}\n"
        (self.root / "calls" / "call-7.vtt").write_text(cue)
        chat = {"messages": [{"role": "user", "content": said}], "created": 1769860800}
        (self.root / "chat.json").write_text(json.dumps(chat))
        (self.root / "report.json").write_bytes((PAYLOADS / "vapi-phone-call.json").read_bytes())
        messages = {
            "gen_ai.conversation.id": "chat-1",
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": json.dumps([otlp_spans.user(said)]),
            "gen_ai.output.messages": json.dumps([otlp_spans.assistant("On its way.")]),
        }
        spans = otlp_spans.traces(otlp_spans.span(1, messages))
        (self.root / "traces.json").write_text(json.dumps(spans))


def _bash(block: Block) -> list[str]:
    return ["/bin/bash", "-euo", "pipefail", "-c", block.script]
