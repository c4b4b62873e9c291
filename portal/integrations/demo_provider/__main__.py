"""How is the demo provider started: `python -m portal.integrations.demo_provider --port N`?"""

from __future__ import annotations

import argparse
import ipaddress
import os
import signal
import sys
from contextlib import suppress
from types import FrameType


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; return the exit code (2 when it refuses to start)."""
    parser = argparse.ArgumentParser(prog="python -m portal.integrations.demo_provider")
    parser.add_argument("--port", type=int, required=True, help="TCP port to listen on")
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    options = parser.parse_args(arguments)
    if os.environ.get("QUAYSIDE_DEMO") != "1":
        print("The demo provider asks nobody for a password; set QUAYSIDE_DEMO=1 if that is what "
              "you want on this machine.", file=sys.stderr)  # fmt: skip
        return 2
    if not _is_loopback(options.host):
        print(f"The demo provider only listens on a loopback address, not on {options.host}.",
              file=sys.stderr)  # fmt: skip
        return 2
    if not 0 < options.port < 65536:
        print("--port is a number from 1 to 65535.", file=sys.stderr)
        return 2

    from portal.integrations.demo_provider.server import make_server

    try:
        server = make_server(options.port, host=options.host)
    except OSError as trouble:
        print(f"The demo provider cannot listen on port {options.port}: {trouble.strerror}.",
              file=sys.stderr)  # fmt: skip
        return 1
    signal.signal(signal.SIGTERM, _stop)
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
