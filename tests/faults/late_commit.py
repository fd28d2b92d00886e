"""A network that disconnects the client at COMMIT and delivers the COMMIT later."""

import selectors
import socket
import threading
import time
from pathlib import Path
from typing import Self

LATE_SECONDS = 0.4


class LateCommit:
    """A proxy socket in front of the server's socket. While `armed`, it delays the next COMMIT."""

    def __init__(self, folder: Path, server_socket: Path) -> None:
        self.path = folder / server_socket.name
        self._server_socket = server_socket
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self.armed = threading.Event()
        self.cut = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._server_socket))
        with client, server, selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ)
            ready.register(server, selectors.EVENT_READ)
            other = {client.fileno(): server, server.fileno(): client}
            same = {client.fileno(): client, server.fileno(): server}
            while all(
                self._pass_on(same[key.fd], other[key.fd], client) for key, _ in ready.select()
            ):
                pass

    def _pass_on(self, source: socket.socket, target: socket.socket, client: socket.socket) -> bool:
        """Forward the received bytes. Return False if the connection has ended."""
        try:
            message = source.recv(1 << 16)
            if source is client and b"COMMIT" in message and self.armed.is_set():
                self.armed.clear()
                self.cut += 1
                client.shutdown(socket.SHUT_RDWR)
                time.sleep(LATE_SECONDS)
                target.sendall(message)
                target.recv(1 << 16)
                return False
            target.sendall(message)
        except OSError:
            return False
        return bool(message)
