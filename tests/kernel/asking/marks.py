"""The private nft table that lets a host's packets be followed.

It sets the trace bit on every packet and has a chain at both ends of every hook; each rule that a packet passes there tells
by its name (a mark) how far the packet came. No rule of the case is touched. Its conntrack expressions switch conntrack on.
"""

import struct

from netlink import (ACK, APPEND, CREATE, REQUEST, SUBSYSTEM_TABLES, attribute, attributes, be16, be32, nested, string, text)

TABLE = "highport"
INET = 1
PREROUTING, INPUT, FORWARD, OUTPUT, POSTROUTING = range(5)
# RAW_BEFORE_DEFRAG is -450, conntrack -200; an INT_MAX chain made before conntrack starts runs after conntrack confirms.
FIRST, AFTER_CONNTRACK, LAST = -450, -199, 0x7FFFFFFF
CHAINS = (("pre0", PREROUTING, FIRST), ("pre1", PREROUTING, AFTER_CONNTRACK), ("pre9", PREROUTING, LAST),
          ("in0", INPUT, FIRST), ("in9", INPUT, LAST), ("fwd0", FORWARD, FIRST), ("fwd9", FORWARD, LAST),
          ("out0", OUTPUT, FIRST), ("out1", OUTPUT, AFTER_CONNTRACK), ("out9", OUTPUT, LAST), ("post0", POSTROUTING, FIRST),
          ("post9", POSTROUTING, LAST))
STATE_BIT = {"INVALID": 1, "ESTABLISHED": 2, "RELATED": 4, "NEW": 8, "UNTRACKED": 64}
STATES = [("UNTRACKED", None), ("INVALID", None)] + [
    (state, direction) for state in ("NEW", "ESTABLISHED", "RELATED") for direction in ("original", "reply")]
NEWTABLE, GETTABLE, DELTABLE, NEWCHAIN, NEWRULE, GETRULE = 0, 1, 2, 3, 6, 7
ACCEPT, DROP = 1, 0
REGISTER = 1
SNAPSHOT = 160  # bytes of each packet: IPv6, ICMPv6, and IPv6 and TCP quoted


def mark_of(chain, position):
    """The name of a mark: its chain, or of conntrack's chains the state and direction."""
    return STATES[position] if chain in ("pre1", "out1") else chain


def prefix_of(chain, position):
    return f"hp:{chain}:{position}"


def install(netlink, answers):
    """Makes the table. Without `answers` a delivered packet ends there, after conntrack has confirmed its flow."""
    messages = [(NEWTABLE, CREATE, INET, text(1, TABLE) + be32(2, 2))]  # NFT_TABLE_F_OWNER
    for name, hook, priority in CHAINS:
        place = nested(4, be32(1, hook), be32(2, priority))
        messages.append((NEWCHAIN, CREATE, INET, text(1, TABLE) + text(3, name) + place + text(7, "filter")))
    for name, _, _ in CHAINS:
        if name in ("pre1", "out1"):
            continue
        start = [immediate(b"\1"), expression("meta", be32(2, 12), be32(3, REGISTER))] if name in ("pre0", "out0") else []
        end = DROP if name == "in9" and not answers else ACCEPT
        messages.append(rule(name, *start, log(prefix_of(name, 0)), verdict(end)))
    netlink.batch(messages)
    states = []
    for name in ("pre1", "out1"):
        for position, (state, direction) in enumerate(STATES):
            states.append(rule(name, *state_is(state), *direction_is(direction), log(prefix_of(name, position)), verdict(ACCEPT)))
    netlink.batch(states)


def state_is(state):
    mask = struct.pack("=I", STATE_BIT[state])
    return (
        expression("ct", be32(1, REGISTER), be32(2, 0)),
        expression("bitwise", be32(1, REGISTER), be32(2, REGISTER), be32(3, 4), data(4, mask), data(5, b"\0" * 4)),
        expression("cmp", be32(1, REGISTER), be32(2, 1), data(3, b"\0" * 4)),
    )


def direction_is(direction):
    if direction is None:
        return ()
    value = b"\0" if direction == "original" else b"\1"
    return expression("ct", be32(1, REGISTER), be32(2, 1)), expression("cmp", be32(1, REGISTER), be32(2, 0), data(3, value))


def rule(chain, *expressions):
    payload = text(1, TABLE) + text(2, chain) + nested(4, *expressions)
    return NEWRULE, CREATE | APPEND, INET, payload


def expression(name, *parts):
    return nested(1, text(1, name), nested(2, *parts))


def data(kind, value):
    return nested(kind, attribute(1, value))


def immediate(value):
    return expression("immediate", be32(1, REGISTER), data(2, value))


def verdict(code):
    return expression("immediate", be32(1, 0), nested(2, nested(2, be32(1, code))))


def log(prefix):
    return expression("log", be16(1, 0), text(2, prefix), be32(3, SNAPSHOT))


def tables(netlink):
    """(family, name) of the tables that are not the private one."""
    found = [(family, string(given[1])) for family, given in netlink.dump(SUBSYSTEM_TABLES, GETTABLE)]
    return [(family, name) for family, name in found if (family, name) != (INET, TABLE)]


def remove_tables(netlink):
    found = tables(netlink)
    if found:
        netlink.batch([(DELTABLE, 0, family, text(1, name)) for family, name in found])


def places_of_rules(netlink):
    """Of each rule its handle, to where it stands: (family, table, chain, handle) -> 1-based number in its chain."""
    places, counts = {}, {}
    for family, given in netlink.dump(SUBSYSTEM_TABLES, GETRULE):
        chain = (family, string(given[1]), string(given[2]))
        counts[chain] = counts.get(chain, 0) + 1
        places[(*chain, struct.unpack(">Q", given[3])[0])] = counts[chain]
    return places


__all__ = ["ACK", "REQUEST", "attributes", "install", "mark_of", "places_of_rules", "remove_tables"]
