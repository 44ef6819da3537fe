"""A Ceph cluster in a folder, with its S3 gateway: another make of S3 server than the local one.

One monitor and one store in memory, on free ports of this machine, with a certificate of its own.
Needs Debian's packages ceph-mon, ceph-osd, radosgw and openssl.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from local.stack import free_ports
from tests.support.stack import wait_until

PROGRAMS = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "openssl")
INSTALL = "On Debian: apt-get install ceph-mon ceph-osd radosgw openssl"
SECONDS = 120.0
_CONFIGURATION = """
[global]
fsid = {fsid}
mon host = v2:127.0.0.1:{monitor}/0
mon initial members = a
keyring = {folder}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 4294967296
mon allow pool size one = true
auth allow insecure global id reclaim = false
public addr = 127.0.0.1
run dir = {folder}
log file = {folder}/$name.log
admin socket = {folder}/$name.asok
[mon.a]
mon data = {folder}/mon
[osd.0]
osd data = {folder}/osd
[client.rgw]
rgw frontends = {frontends}
"""
_CAPABILITIES = {
    "mon.": ["mon", "allow *"],
    "client.admin": ["mon", "allow *", "osd", "allow *", "mgr", "allow *"],
    "osd.0": ["mon", "allow profile osd", "osd", "allow *"],
    "client.rgw": ["mon", "allow rw", "osd", "allow rwx"],
}


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the gateway and its keys."""

    name: str
    access_key: str
    secret_key: str


@dataclass(slots=True)
class Radosgw:
    """The running gateway.

    Attributes:
        folder: where all of it lies.
    """

    folder: Path
    url: str = ""
    plain_url: str = ""
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def certificate(self) -> Path:
        """The authority that signed the gateway's certificate: the certificate itself."""
        return self.folder / "tls.crt"

    def start(self) -> None:
        """Make the cluster and wait until the gateway answers.

        Raises:
            FileNotFoundError: a program is missing; the message says what to install.
        """
        missing = [name for name in PROGRAMS if shutil.which(name) is None]
        if missing:
            raise FileNotFoundError(f"NOT RUN: there is no {', '.join(missing)}. {INSTALL}")
        monitor, plain, tls = free_ports(3)
        fsid, store = str(uuid.uuid4()), str(uuid.uuid4())
        for name in ("mon", "osd"):
            (self.folder / name).mkdir(parents=True)
        self.url, self.plain_url = f"https://localhost:{tls}", f"http://127.0.0.1:{plain}"
        self._make_certificate()
        secured = f"ssl_endpoint=127.0.0.1:{tls} ssl_certificate={self.folder}/tls.pem"
        told = _CONFIGURATION.format(
            fsid=fsid,
            folder=self.folder,
            monitor=monitor,
            frontends=f"beast endpoint=127.0.0.1:{plain} {secured}",
        )
        (self.folder / "ceph.conf").write_text(told)
        self._make_keys()
        names = self.folder / "monmap"
        address = f"[v2:127.0.0.1:{monitor}]"
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, str(names))
        keyring = ("--keyring", str(self.folder / "keyring"))
        self._ceph("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(names), *keyring)
        self._serve("ceph-mon", "-i", "a")
        self._ceph("ceph", "--connect-timeout", "60", "osd", "new", store, "0")
        self._ceph("ceph-osd", "-i", "0", "--osd-uuid", store, "--mkfs")
        self._serve("ceph-osd", "-i", "0")
        self._serve("radosgw", "-n", "client.rgw")
        wait_until(self._answers, SECONDS, lambda: f"no answer; see {self.folder}")

    def stop(self) -> None:
        """End every process of the cluster."""
        for process in reversed(self._running):
            process.kill()
            process.wait()

    def account(self, name: str, *capabilities: str) -> Account:
        """Make a user of the gateway.

        Args:
            name: of the user.
            capabilities: administrative ones, such as `user-policy=*`.
        """
        command = ["radosgw-admin", "user", "create", "--uid", name, "--display-name", name]
        if capabilities:
            command += ["--caps", ";".join(capabilities)]
        [keys] = json.loads(self._ceph(*command))["keys"]
        return Account(name, keys["access_key"], keys["secret_key"])

    def _answers(self) -> bool:
        try:
            return httpx.get(self.plain_url, trust_env=False, timeout=5).is_success
        except httpx.TransportError:
            return False

    def _make_certificate(self) -> None:
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        made += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        key, certificate = self.folder / "tls.key", self.certificate
        self._run(*made, "-keyout", str(key), "-out", str(certificate))
        (self.folder / "tls.pem").write_text(key.read_text() + certificate.read_text())

    def _make_keys(self) -> None:
        command = ["ceph-authtool", str(self.folder / "keyring")]
        for number, (name, allowed) in enumerate(_CAPABILITIES.items()):
            pairs = zip(allowed[::2], allowed[1::2], strict=True)
            options = [word for part, text in pairs for word in ("--cap", part, text)]
            create = [] if number else ["--create-keyring"]
            self._run(*command, *create, "--gen-key", "-n", name, *options)

    def _ceph(self, program: str, *arguments: str) -> str:
        return self._run(program, "-c", str(self.folder / "ceph.conf"), *arguments)

    def _serve(self, program: str, *arguments: str) -> None:
        command = [program, "-c", str(self.folder / "ceph.conf"), *arguments, "-f"]
        with (self.folder / f"{program}.out").open("wb") as output:
            self._running.append(subprocess.Popen(command, stdout=output, stderr=output))

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-2000:]}"
        return done.stdout
