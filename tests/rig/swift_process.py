"""OpenStack Swift with its S3 interface, all four servers in this one process, until killed.

    python -m tests.rig.swift_process FOLDER PROXY ACCOUNT CONTAINER OBJECT    (ports)

Prints "ready" once it listens. Who may do what there is in `s3_server`.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet is old, and says so
    import eventlet

    eventlet.monkey_patch()
    from eventlet import wsgi
    from swift.common import utils
    from swift.common.internal_client import InternalClient
    from swift.common.ring import RingBuilder
    from swift.common.wsgi import loadapp

SERVERS = ("proxy", "account", "container", "object")
PLAIN = ("catch_errors", "gatekeeper", "healthcheck", "listing_formats", "copy", "slo", "symlink")
DEFAULT = """[DEFAULT]
devices = {folder}/devices
swift_dir = {folder}
mount_check = false
fallocate_reserve = 0
bind_ip = 127.0.0.1
bind_port = {port}
log_level = CRITICAL
"""
BACKEND = """[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""
PROXY = """[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth copy slo symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:cache]
use = egg:swift#memcache
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_rec_admin = reckey .admin
user_rec_viewer = viewkey
"""  # noqa: E501
INSIDE = """[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
"""
CLUSTER = """[swift-hash]
swift_hash_path_prefix = tests
swift_hash_path_suffix = tests
[storage-policy:0]
name = default
default = yes
"""


def write_configuration(folder: Path, name: str, port: int) -> Path:
    filters = "".join(f"[filter:{one}]\nuse = egg:swift#{one}\n" for one in PLAIN)
    rest = PROXY + filters if name == "proxy" else BACKEND.format(name=name)
    file = folder / f"{name}-server.conf"
    file.write_text(DEFAULT.format(folder=folder, port=port) + rest)
    return file


def write_ring(folder: Path, name: str, port: int) -> None:
    """One device, one copy."""
    place = {"ip": "127.0.0.1", "port": port, "device": "d1"}
    spare = {"replication_ip": "127.0.0.1", "replication_port": port}
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({**place, **spare, "region": 1, "zone": 1, "weight": 1.0, "meta": ""})
    builder.rebalance()
    builder.get_ring().save(str(folder / f"{name}.ring.gz"))


def make_bucket(folder: Path) -> None:
    file = folder / "inside.conf"
    file.write_text(INSIDE.format(folder=folder))
    InternalClient(str(file), "tests", 1).create_container("AUTH_rec", "recordings")


def main() -> None:
    folder, ports = Path(sys.argv[1]), [int(port) for port in sys.argv[2:]]
    (folder / "devices" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text(CLUSTER)
    utils.SWIFT_CONF_FILE = str(folder / "swift.conf")
    for name, port in zip(SERVERS[1:], ports[1:], strict=True):
        write_ring(folder, name, port)
    for name, port in zip(SERVERS, ports, strict=True):
        server = loadapp(str(write_configuration(folder, name, port)))
        eventlet.spawn(wsgi.server, eventlet.listen(("127.0.0.1", port)), server, log_output=False)
    make_bucket(folder)
    print("ready", flush=True)
    while True:
        eventlet.sleep(3600)


if __name__ == "__main__":
    main()
