"""Netfilter over netlink, as far as asking a kernel needs it (linux/netlink.h, linux/netfilter/*.h)."""

import errno
import os
import socket
import struct

NETFILTER = 12
REQUEST, ACK, DUMP, CREATE, APPEND = 0x1, 0x4, 0x300, 0x400, 0x800
ERROR, DONE = 2, 3
NESTED = 0x8000

SUBSYSTEM_CONNTRACK, SUBSYSTEM_EXPECTATIONS, SUBSYSTEM_LOG, SUBSYSTEM_TABLES = 1, 2, 4, 10
BATCH_BEGIN, BATCH_END = 0x10, 0x11


def attribute(kind, value):
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + b"\0" * (-length % 4)


def nested(kind, *children):
    return attribute(kind | NESTED, b"".join(children))


def text(kind, value):
    return attribute(kind, value.encode() + b"\0")


def be16(kind, value):
    return attribute(kind, struct.pack(">H", value))


def be32(kind, value):
    return attribute(kind, struct.pack(">I", value & 0xFFFFFFFF))


def attributes(data, offset=0):
    """The attributes of a message as a dictionary; of repeated kinds the last one."""
    found = {}
    end = len(data)
    while offset + 4 <= end:
        length, kind = struct.unpack_from("=HH", data, offset)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[offset + 4 : offset + length]
        offset += (length + 3) & ~3
    return found


def string(value):
    return value.rstrip(b"\0").decode("utf-8", "replace")


class Netlink:
    """A netfilter netlink socket in the network namespace that the thread is in when it is made."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
        self.socket.bind((0, 0))
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)  # SO_RCVBUFFORCE
        self.sequence = 0

    def close(self):
        self.socket.close()

    def join(self, group):
        self.socket.setsockopt(270, 1, group)  # SOL_NETLINK, NETLINK_ADD_MEMBERSHIP

    def message(self, subsystem, kind, flags, family=0, resource=0, payload=b""):
        self.sequence += 1
        body = struct.pack("=BB", family, 0) + struct.pack(">H", resource) + payload
        header = struct.pack("=IHHII", 16 + len(body), (subsystem << 8) | kind, flags, self.sequence, 0)
        return header + body

    def request(self, *message, **more):
        """Sends one message and waits for its acknowledgement; raises OSError with the kernel's answer."""
        self.socket.send(self.message(*message, **more))
        self._acknowledged(self.sequence)

    def batch(self, messages):
        """All of the messages of nf_tables (kind, flags, family, payload) or none."""
        parts = [self.message(0, BATCH_BEGIN, REQUEST, resource=SUBSYSTEM_TABLES)]
        for kind, flags, family, payload in messages:
            parts.append(self.message(SUBSYSTEM_TABLES, kind, flags | REQUEST, family, payload=payload))
        parts.append(self.message(0, BATCH_END, REQUEST | ACK, resource=SUBSYSTEM_TABLES))
        self.socket.send(b"".join(parts))
        self._acknowledged(self.sequence)

    def _acknowledged(self, sequence):
        while True:
            for kind, number, body in self._receive():
                if kind == ERROR:
                    code = -struct.unpack_from("=i", body)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    if number == sequence:
                        return

    def dump(self, subsystem, kind, family=0, payload=b""):
        """Every answer as (family, attributes)."""
        self.socket.send(self.message(subsystem, kind, REQUEST | DUMP, family, payload=payload))
        answers = []
        while True:
            for answer, _, body in self._receive():
                if answer == DONE:
                    return answers
                if answer == ERROR:
                    code = -struct.unpack_from("=i", body)[0]
                    if code == errno.ENOENT:
                        return answers
                    raise OSError(code, os.strerror(code))
                answers.append((body[0], attributes(body, 4)))

    def _receive(self):
        return list(messages_of(self.socket.recv(1 << 20)))

    def drain(self):
        """What has come in, without waiting: (message type, body with the nfgenmsg in front)."""
        found = []
        while True:
            try:
                data = self.socket.recv(1 << 20, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return found
            for kind, _, body in messages_of(data):
                found.append((kind, body))


def messages_of(data):
    offset = 0
    while offset + 16 <= len(data):
        length, kind, _, number, _ = struct.unpack_from("=IHHII", data, offset)
        if length < 16:
            return
        yield kind, number, data[offset + 16 : offset + length]
        offset += (length + 3) & ~3
