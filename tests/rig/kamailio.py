"""An independent edge proxy: kamailio between the phones and the engine.

    async with Kamailio(folder, engine=("127.0.0.1", 5060)) as edge:
        phone = Baresip(..., registrar=edge.registrar)

It stays in the dialog (Record-Route) and puts itself before the phones it passes on the
registrations of (Path, RFC 3327); it knows no user and keeps no binding.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Self

from tests.rig.child import end_child
from tests.rig.free_ports import free_ports
from tests.rig.patience import until

HOST = "127.0.0.1"
MODULES = ("tm", "sl", "rr", "pv", "textops", "maxfwd", "path", "siputils", "xlog")
CONFIG = """\
debug=2
log_stderror=yes
fork=no
listen=udp:{host}:{port}
auto_aliases=no
dns=no
rev_dns=no
mpath="{modules}"
{loads}
modparam("rr", "append_fromtag", 0)
modparam("path", "use_received", 1)

request_route {{
    xlog("L_NOTICE", "passed: $rm $rU from $si:$sp\n");
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    t_check_trans();
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not Here"); exit;
    }}
    force_rport();
    if ($si == "{engine_host}" && $sp == "{engine_port}") {{
        loose_route();
        record_route();
        t_relay();
        exit;
    }}
    if (is_method("REGISTER")) {{ add_path_received(); }} else {{ record_route(); }}
    $du = "sip:{engine_host}:{engine_port}";
    t_relay();
    exit;
}}
"""


class KamailioUnavailable(Exception):
    """kamailio is not installed; the text says what to do."""


class KamailioError(Exception):
    """kamailio did not start; the text is what it logged."""


def find_kamailio() -> tuple[str, Path]:
    """The program and the folder of its modules. Raises KamailioUnavailable."""
    program = shutil.which("kamailio") or shutil.which("kamailio", path="/usr/sbin")
    folders = [*Path("/usr/lib").glob("*/kamailio/modules"), Path("/usr/lib/kamailio/modules")]
    for folder in folders:
        if program and (folder / "tm.so").exists():
            return program, folder
    raise KamailioUnavailable("kamailio is not installed: apt-get install kamailio")


class Kamailio:
    """One proxy on UDP, in front of the engine at that address."""

    def __init__(self, folder: Path, *, engine: tuple[str, int]) -> None:
        [self.port] = free_ports(1)
        self._folder, self._engine = folder / "kamailio", engine
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def registrar(self) -> str:
        return f"sip:{self.address}"

    def passed(self, method: str, user: str) -> bool:
        """Whether it saw such a request from the engine, to this user part."""
        host, port = self._engine
        return f"passed: {method} {user} from {host}:{port}" in self.log

    @property
    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")

    async def __aenter__(self) -> Self:
        """Raises KamailioUnavailable, KamailioError."""
        program, modules = find_kamailio()
        self._folder.mkdir()
        config = self._folder / "kamailio.cfg"
        config.write_text(self._config(modules))
        with (self._folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(program, "-f", str(config), "-DD", "-E", "-Y", str(self._folder)),
                *("-m", "32", "-M", "4", "-w", str(self._folder)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            await until(lambda: self._listens() or None)
        except BaseException as error:
            await end_child(self._process, grace=0.0)
            raise KamailioError(self.log) from error
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process
        self._process.terminate()
        await end_child(self._process, grace=5.0)

    def _listens(self) -> bool:
        wanted = f"0100007F:{self.port:04X}"
        return wanted in Path("/proc/net/udp").read_text()

    def _config(self, modules: Path) -> str:
        loads = "\n".join(f'loadmodule "{name}.so"' for name in MODULES)
        host, port = self._engine
        return CONFIG.format(
            host=HOST,
            port=self.port,
            modules=modules,
            loads=loads,
            engine_host=host,
            engine_port=port,
        )
