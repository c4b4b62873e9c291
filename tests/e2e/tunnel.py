"""What does a connection do that breaks while something goes up?"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType


class Tunnel:
    """Another way to the portal, on a port of its own, that can break under what goes up.

    While ``breaks_after`` is set, each connection is cut over which more bytes than that go up: a
    browser tries a request once more by itself where the connection had served others before.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.breaks_after: int | None = None

    def __enter__(self) -> Tunnel:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._listening.close()

    def _listen(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            for source, target, is_up in ((near, far, True), (far, near, False)):
                carrying = threading.Thread(
                    target=self._carry, args=(source, target, is_up), daemon=True
                )
                carrying.start()

    def _carry(self, source: socket.socket, target: socket.socket, is_up: bool) -> None:
        carried = 0
        with suppress(OSError):
            while data := source.recv(16_384):
                carried += len(data)
                if is_up and self.breaks_after is not None and carried > self.breaks_after:
                    break
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
