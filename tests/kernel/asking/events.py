"""What the kernel tells about packets: trace events of nf_tables, or NFLOG messages of the older tables."""

import re
import struct

import marks
from netlink import (ACK, REQUEST, SUBSYSTEM_LOG, SUBSYSTEM_TABLES, Netlink, attribute, attributes, be32, string)
from packets import Header

TRACE_GROUP = 9
TRACE = 17
POLICY, RETURN, RULE = 1, 2, 3
LEGACY = re.compile(r"^TRACE: ([^:]+):(.+):(rule|policy|return):(\d+) ?$")
TERMINAL = 0  # NF_DROP
FAMILY_WORDS = {1: "inet", 2: "ip", 10: "ip6"}  # NFPROTO_*


class Event:
    """One thing that happened to a packet on a host: a mark passed, a rule that matched, or a policy."""

    __slots__ = ("kind", "mark", "place", "drops", "key", "header", "iif", "oif")

    def __init__(self, kind, key, header, iif, oif, mark=None, place=None, drops=None):
        self.kind, self.mark, self.place, self.drops = kind, mark, place, drops
        self.key, self.header, self.iif, self.oif = key, header, iif, oif


class NftEvents:
    """Reads the trace of nf_tables."""

    def __init__(self):
        self.netlink = Netlink()
        self.netlink.join(TRACE_GROUP)
        self.places, self.by_name = {}, set()
        self.packets = {}
        # The trace leaves fragment headers out: what is behind them, by tag.
        self.fragments = {}

    def close(self):
        self.netlink.close()

    def start(self, control, _, by_name):
        self.by_name = by_name
        self.places = marks.places_of_rules(control)
        self.packets, self.fragments = {}, {}
        self.netlink.drain()

    def read(self, interfaces):
        found = []
        for kind, body in self.netlink.drain():
            if kind != (SUBSYSTEM_TABLES << 8) | TRACE:
                continue
            event = self._event(body[0], attributes(body, 4), interfaces)
            if event:
                found.append(event)
        return found

    def _event(self, family, given, interfaces):
        number = given[6]
        if 8 in given:
            header = Header(given[8], given.get(9, b""), self.fragments)
            self.packets[number] = header
        else:
            header = self.packets.get(number)
        if header is None:
            return None
        iif, oif = name_of(interfaces, given.get(10)), name_of(interfaces, given.get(12))
        table, chain = string(given[1]), string(given[2])
        kind = struct.unpack(">I", given[4])[0]
        if kind == RULE and 3 in given:  # without a handle: the end of the chain, which is told once more as what it is
            place = self.places.get((family, table, chain, struct.unpack(">Q", given[3])[0]))
            if place is None:
                return None
            if table == marks.TABLE:
                return Event("mark", header.key, header, iif, oif, mark=marks.mark_of(chain, place - 1))
            code = attributes(given[5]).get(1)
            drops = code is not None and struct.unpack(">I", code)[0] & 0xFF == TERMINAL
            return Event("rule", header.key, header, iif, oif, place={"table": self._named(family, table), "chain": chain, "rule": place}, drops=drops)
        if kind == POLICY and table != marks.TABLE:
            drops = struct.unpack(">I", given[16])[0] == TERMINAL
            place = {"table": self._named(family, table), "chain": chain, "policy": True}
            return Event("rule", header.key, header, iif, oif, place=place, drops=drops)
        return None


    def _named(self, family, table):
        """As results write a table: with its family where nft made it."""
        word = FAMILY_WORDS.get(family, str(family))
        return table if (word, table) in self.by_name else f"{word} {table}"


class LegacyEvents:
    """Reads NFLOG messages: the TRACE of the older tables, between the marks that log to the same group."""

    def __init__(self):
        self.netlink = Netlink()
        self.rules, self.fragments = {}, {}
        for payload in (attribute(1, b"\1"), attribute(2, struct.pack(">IBx", marks.SNAPSHOT, 2)), be32(5, 1)):
            self.netlink.request(SUBSYSTEM_LOG, 1, REQUEST | ACK, payload=payload)

    def close(self):
        self.netlink.close()

    def start(self, _, rules, __):
        self.rules = rules
        self.netlink.drain()

    def read(self, interfaces):
        found = []
        for kind, body in self.netlink.drain():
            if kind == SUBSYSTEM_LOG << 8:
                event = self._event(attributes(body, 4), interfaces)
                if event:
                    found.append(event)
        return found

    def _event(self, given, interfaces):
        prefix = string(given.get(10, b""))
        header = Header(given[9])
        iif, oif = name_of(interfaces, given.get(4)), name_of(interfaces, given.get(5))
        if prefix.startswith("hp:"):
            _, chain, position = prefix.split(":")
            return Event("mark", header.key, header, iif, oif, mark=marks.mark_of(chain, int(position)))
        read = LEGACY.match(prefix)
        if not read:
            return None  # a LOG rule of the case
        table, chain, _, number = read.groups()
        family = 4 if header.version == 4 else 6
        targets = self.rules.get((family, table, chain))
        if targets is None:
            return None  # a table that the case does not have
        if int(number) <= len(targets):
            place = {"table": table, "chain": chain, "rule": int(number)}
            drops = targets[int(number) - 1] in ("DROP", "REJECT")
        elif targets.policy:
            place = {"table": table, "chain": chain, "policy": True}
            drops = targets.policy == "DROP"
        else:
            return None  # the end of a user chain
        return Event("rule", header.key, header, iif, oif, place=place, drops=drops)


def name_of(interfaces, index):
    return interfaces.get(struct.unpack(">I", index)[0]) if index else None


class Targets(list):
    """The targets of a chain's rules in order; `policy` of a base chain."""

    policy = None
