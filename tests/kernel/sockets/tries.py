"""Programs that connect and programs that answer, all in one loop over their sockets."""

import errno
import selectors
import socket
import time

from hosts import family_of

HELLO = b"hello"
KINDS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
# Seconds: longer than a connection that nobody answers takes; a datagram is answered at once or never.
PATIENCE = {"tcp": 6.0, "udp": 1.5}
# Milliseconds after which data that nobody acknowledges ends a connection.
UNACKNOWLEDGED = 2500


class Try:
    """One client: connects, says hello, and is content with any answer."""

    def __init__(self, made, protocol):
        self.socket, self.protocol = made, protocol
        self.outcome, self.connected = None, False
        self.ends = time.monotonic() + PATIENCE[protocol]


class Trying:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.tries, self.sockets = [], []

    def _socket(self, namespace, protocol, address):
        with namespace:
            made = socket.socket(family_of(address), KINDS[protocol])
        made.setblocking(False)
        self.sockets.append(made)
        return made

    def listen(self, namespace, protocol, address, port):
        made = self._socket(namespace, protocol, address)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address, port))
        if protocol == "tcp":
            made.listen(64)
        self.selector.register(made, selectors.EVENT_READ, self._accept if protocol == "tcp" else self._answer_datagram)

    def begin(self, namespace, given):
        made = self._socket(namespace, given["proto"], given["to"])
        each = Try(made, given["proto"])
        self.tries.append(each)
        if each.protocol == "tcp":
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED)
        code = made.connect_ex((given["to"], given["port"]))
        if code not in (0, errno.EINPROGRESS):
            self._end(each, errno.errorcode[code])
            return each
        self.selector.register(made, selectors.EVENT_WRITE, lambda _: self._go_on(each))
        return each

    def _go_on(self, each):
        try:
            if not each.connected:
                code = each.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code:
                    self._end(each, errno.errorcode[code])
                    return
                each.connected = True
                each.socket.send(HELLO)
                self.selector.modify(each.socket, selectors.EVENT_READ, lambda _: self._go_on(each))
                return
            self._end(each, "works" if each.socket.recv(100) else "closed")
        except OSError as wrong:
            self._end(each, errno.errorcode[wrong.errno])

    def _end(self, each, outcome):
        each.outcome = outcome
        if each.socket in self.selector.get_map():
            self.selector.unregister(each.socket)

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
        while True:
            now = time.monotonic()
            for each in self.tries:
                if each.outcome is None and each.ends <= now:
                    self._end(each, "ETIMEDOUT")
            open_ = [each.ends for each in self.tries if each.outcome is None]
            if not open_:
                break
            for key, _ in self.selector.select(max(0.0, min(open_) - now)):
                key.data(key.fileobj)
        for each in self.sockets:
            each.close()
        self.selector.close()
