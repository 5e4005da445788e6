"""Programs that connect, each in a thread that waits for its own connect(), and programs that answer, in one loop."""

import errno
import selectors
import socket
import struct
import threading

from hosts import family_of

HELLO = b"hello"
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
# Seconds to wait for an answer; connect() itself ends after three.
PATIENCE = {"tcp": 4, "udp": 2}
# Milliseconds after which data that nobody acknowledges ends a connection.
UNACKNOWLEDGED = 2500


class Try(threading.Thread):
    """One client: connects, says hello, and is content with any answer."""

    def __init__(self, made, given):
        super().__init__(daemon=True)
        self.socket, self.peer, self.outcome = made, (given["to"], given["port"]), None
        patience = struct.pack("@ll", PATIENCE[given["proto"]], 0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)
        if given["proto"] == "tcp":
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED)

    def run(self):
        try:
            self.socket.connect(self.peer)
            self.socket.send(HELLO)
            self.outcome = "works" if self.socket.recv(100) else "closed"
        except BlockingIOError:
            self.outcome = "ETIMEDOUT"
        except OSError as wrong:
            self.outcome = errno.errorcode[wrong.errno]


class Trying:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.tries, self.sockets = [], []

    def _socket(self, namespace, protocol, address):
        with namespace:
            made = socket.socket(family_of(address), KINDS[protocol])
        self.sockets.append(made)
        return made

    def listen(self, namespace, protocol, address, port):
        made = self._socket(namespace, protocol, address)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        if protocol == "tcp":
            made.listen(64)
        self.selector.register(made, selectors.EVENT_READ, self._accept if protocol == "tcp" else self._answer_datagram)

    def begin(self, namespace, given):
        made = self._socket(namespace, given["proto"], given["to"])
        if "sport" in given:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(("", given["sport"]))
        each = Try(made, given)
        self.tries.append(each)
        return each

    def _accept(self, listening):
        try:
            made, _ = listening.accept()
        except OSError:
            return
        made.setblocking(False)
        self.sockets.append(made)
        self.selector.register(made, selectors.EVENT_READ, self._answer)

    def _answer(self, made):
        try:
            heard = made.recv(100)
            if heard:
                made.send(heard)
                return
        except OSError:
            pass
        self.selector.unregister(made)

    @staticmethod
    def _answer_datagram(made):
        try:
            heard, sender = made.recvfrom(100)
            made.sendto(heard, sender)
        except OSError:
            # A rule of this host refuses the answer, or somebody refused an earlier one.
            pass

    def run(self):
        """Until every client has its outcome."""
        for each in self.tries:
            each.start()
        while any(each.is_alive() for each in self.tries):
            for key, _ in self.selector.select(0.02):
                key.data(key.fileobj)
        for each in self.sockets:
            each.close()
        self.selector.close()
