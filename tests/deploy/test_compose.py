"""The compose file: one trusted network, and every service hardened and checked."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any

import pytest
import yaml

from lib.commands.worker import HEARTBEAT, HEARTBEAT_SECONDS
from lib.config.settings import Settings
from tests.deploy.dockerfile import ROOT, exec_form, stages

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
each_service = pytest.mark.parametrize("name", sorted(SERVICES))


def networks(name: str) -> set[str]:
    return set(SERVICES[name]["networks"])


def mounts(name: str) -> set[str]:
    """Return where a service may write."""
    volumes = [volume for volume in SERVICES[name].get("volumes", ()) if ":" not in volume]
    return {*volumes, *(one.split(":")[0] for one in SERVICES[name]["tmpfs"])}


def test_proxy_and_app_share_only_the_network_whose_headers_are_believed() -> None:
    (shared,) = networks("proxy") & networks("app")
    (subnet,) = COMPOSE["networks"][shared]["ipam"]["config"]
    believed = SERVICES["app"]["environment"]["EARSHOT_TRUSTED_PROXIES"]
    assert ip_network(subnet["subnet"]) == ip_network(believed)
    assert COMPOSE["networks"][shared]["internal"] is True


def test_nobody_else_is_on_the_trusted_network_and_only_the_proxy_is_published() -> None:
    (shared,) = networks("proxy") & networks("app")
    assert {name for name in SERVICES if shared in networks(name)} == {"app", "proxy"}
    assert {name for name, it in SERVICES.items() if "ports" in it} == {"proxy"}
    # On an internal network alone nothing is published, and nothing outside is reached.
    for name in SERVICES:
        assert networks(name) - {shared}, name


@each_service
def test_every_service_is_hardened(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"]["memory"]
    assert service["restart"] == "unless-stopped"
    assert service["logging"]["options"]["max-size"]
    assert all("size=" in one for one in service["tmpfs"])
    assert set(service.get("cap_add", ())) <= {"CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"}
    assert not {"privileged", "network_mode", "pid", "ipc", "user", "devices"} & service.keys()
    assert all(one.endswith(":ro") for one in service.get("volumes", ()) if ":" in one)


@each_service
def test_every_service_has_its_own_health_check(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "start_period", "retries"} <= check.keys()


def test_the_apps_check_is_the_images() -> None:
    assert SERVICES["app"]["healthcheck"]["test"][1:] == exec_form(stages()[-1].last("HEALTHCHECK"))


def test_the_workers_check_looks_at_its_heartbeat() -> None:
    (command,) = SERVICES["worker"]["healthcheck"]["test"][1:]
    seconds = re.search(r"'-(\d+) seconds'", command)
    assert f"find /tmp/{HEARTBEAT} " in command
    assert seconds
    assert int(seconds[1]) > 2 * HEARTBEAT_SECONDS
    assert any(one.startswith(command.split()[1].rpartition("/")[0]) for one in mounts("worker"))


def test_files_with_names_lie_in_memory_and_exports_on_a_volume_of_the_image() -> None:
    home = next(rest for kind, rest in stages()[-1].steps if kind == "ENV" and "HOME=" in rest)
    assert home.rpartition("HOME=")[2] in mounts("app")
    folder = SERVICES["app"]["environment"]["TMPDIR"]
    assert folder in SERVICES["app"]["volumes"]
    # A volume takes owner and mode from the image's folder.
    made = next(rest for kind, rest in stages()[-1].steps if "install" in rest)
    assert f"--mode 0700 {folder}" in made
    assert "--owner earshot" in made


def test_what_is_set_here_is_a_setting() -> None:
    known = {field.alias for field in Settings.model_fields.values()} | {"TMPDIR"}
    for service in SERVICES.values():
        assert set(service.get("environment", ())) <= known
