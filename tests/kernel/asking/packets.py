"""Packets of a replay case as bytes, and bytes as the JSON of a result."""

import socket
import struct

TCP, UDP, ICMP, ICMPV6, FRAGMENT = 6, 17, 1, 58, 44
NAMES = {"tcp": TCP, "udp": UDP, "icmp": ICMP, "icmpv6": ICMPV6, "ipv6-icmp": ICMPV6, "gre": 47, "esp": 50, "ah": 51,
         "sctp": 132, "dccp": 33, "udplite": 136, "ipencap": 4, "igmp": 2, "ospf": 89}
FLAGS = (("F", 1), ("S", 2), ("R", 4), ("P", 8), ("A", 16), ("U", 32), ("E", 64), ("C", 128))
# RFC 792: what an error about a packet quotes at the least; the engine looks at addresses and ports alone.
QUOTED_MORE = 28
ALL_MLD_ROUTERS = socket.inet_pton(socket.AF_INET6, "ff02::16")


def is6(address):
    return ":" in address


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if is6(address) else socket.AF_INET, address)


def protocol_of(packet):
    proto = packet["proto"]
    if isinstance(proto, int):
        return proto
    return NAMES[proto] if proto in NAMES else int(proto)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def payload_of(packet):
    payload = packet.get("payload", b"")
    if isinstance(payload, int):
        return b"\0" * payload
    return payload.encode() if isinstance(payload, str) else payload


def build(packet, tag=None, whole=None):
    """The packet as it lies on the wire from its network header on. `tag` marks it where translation does not reach:
    in IPv4 as the identification, in IPv6 as the flow label. `whole`: bytes of payload of the packet that this is the first
    fragment of."""
    source, destination = packed(packet["src"]), packed(packet["dst"])
    protocol = protocol_of(packet)
    fragment = packet.get("fragment")
    offset = 0
    if fragment and fragment["offset"] > 0:
        body = payload_of(packet)
    elif fragment and whole is not None:
        own = len(payload_of(packet))
        body = transport(packet | {"payload": whole}, protocol, source, destination)
        body = body[: len(body) - whole + own]
    else:
        body = transport(packet, protocol, source, destination)
    if fragment:
        offset = fragment["offset"] | (1 if fragment["more"] else 0) if len(source) == 16 else fragment["offset"] >> 3 | fragment["more"] << 13
    ttl, tos = packet.get("ttl", 64), packet.get("tos", 0)
    if len(source) == 16:
        label = packet.get("id", 0) if tag is None else tag
        if fragment:
            body = struct.pack(">BBHI", protocol, 0, offset, label) + body
            protocol = FRAGMENT
        return struct.pack(">IHBB", 0x60000000 | tos << 20 | label, len(body), protocol, ttl) + source + destination + body
    identification = packet.get("id", 0) if tag is None else tag
    header = struct.pack(">BBHHHBBH4s4s", 0x45, tos, 20 + len(body), identification, offset | dont_fragment(packet) << 14, ttl, protocol, 0, source, destination)
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + body


def dont_fragment(packet):
    return packet.get("df", "fragment" not in packet)


def siblings(packet, others):
    """The fragments of the same packet, this one among them."""
    if "fragment" not in packet:
        return [packet]
    return [each for each in others if "fragment" in each and (each["src"], each["dst"], each.get("id")) == (packet["src"], packet["dst"], packet.get("id"))]


def bytes_of_whole(fragments):
    """Payload of the packet that the fragments are cut from, behind its transport header."""
    return sum({each["fragment"]["offset"]: len(payload_of(each)) for each in fragments if "fragment" in each}.values())


def transport(packet, protocol, source, destination):
    more = payload_of(packet)
    if protocol == TCP:
        flags = sum(bit for letter, bit in FLAGS if letter in packet.get("flags", "S"))
        options = tcp_options(packet.get("tcp_options", {}))
        body = struct.pack(">HHIIBBHHH", packet["sport"], packet["dport"], packet.get("seq", 0), packet.get("ack", 0),
                           5 + len(options) // 4 << 4, flags, packet.get("window", 64240), 0, 0) + options + more
        return summed(body, 16, protocol, source, destination, packet.get("bad_checksum"))
    if protocol == UDP:
        body = struct.pack(">HHHH", packet["sport"], packet["dport"], 8 + len(more), 0) + more
        return summed(body, 6, protocol, source, destination, packet.get("bad_checksum"))
    if protocol == (ICMPV6 if len(source) == 16 else ICMP):
        rest = struct.pack(">HH", packet.get("icmp_id", 0), packet.get("icmp_seq", 0))
        if "inner" in packet:
            inner = build(packet["inner"])
            more = inner[: (40 if len(source) == 16 else 20) + QUOTED_MORE] + more
        body = struct.pack(">BBH", packet["icmp_type"], packet.get("icmp_code", 0), 0) + rest + more
        if len(source) == 16:
            return summed(body, 2, protocol, source, destination, packet.get("bad_checksum"))
        return body[:2] + struct.pack(">H", checksum(body)) + body[4:]
    return more


def tcp_options(given):
    """RFC 7323 and RFC 2018, filled up to words of four bytes."""
    made = b""
    if given.get("sack_ok"):
        made += bytes((4, 2))
    if "wscale" in given:
        made += bytes((3, 3, given["wscale"]))
    blocks = given.get("sack", [])
    if blocks:
        made += bytes((5, 2 + 8 * len(blocks))) + b"".join(struct.pack(">II", *block) for block in blocks)
    return made + b"\1" * (-len(made) % 4)


def summed(body, at, protocol, source, destination, wrong=False):
    pseudo = source + destination + struct.pack(">II", len(body), protocol)
    value = checksum(pseudo + body) ^ (0x5555 if wrong else 0)
    if protocol == UDP and value == 0:
        value = 0xFFFF
    return body[:at] + struct.pack(">H", value) + body[at + 2 :]


class Header:
    """The first bytes of a packet, read as far as they go."""

    __slots__ = ("data", "version", "protocol", "offset", "tag", "ttl", "tos", "source", "destination", "is_fragment", "is_later")

    def __init__(self, network, following=b"", inside={}):
        """`inside`: protocols of IPv6 fragments by tag, for a reading that has no fragment header between the two."""
        data = network + following
        self.data = data
        self.version = data[0] >> 4
        if self.version == 4:
            self.offset = (data[0] & 15) * 4
            self.protocol, self.ttl, self.tos = data[9], data[8], data[1]
            self.tag = data[4] << 8 | data[5]
            self.source, self.destination = data[12:16], data[16:20]
            self.is_later = (data[6] & 31 | data[7]) != 0
            self.is_fragment = self.is_later or data[6] & 32 != 0
        else:
            self.offset = 40
            self.protocol, self.ttl = data[6], data[7]
            self.tos = (data[0] & 15) << 4 | data[1] >> 4
            self.tag = (data[1] & 15) << 16 | data[2] << 8 | data[3]
            self.source, self.destination = data[8:24], data[24:40]
            self.is_fragment = self.protocol == FRAGMENT
            self.is_later = False
            if self.is_fragment and self.tag in inside:
                self.protocol = inside[self.tag]
            elif self.is_fragment and len(data) >= 48:
                self.protocol, self.offset = data[40], 48
                self.is_later = (data[42] << 8 | data[43]) & 0xFFF8 != 0

    @property
    def key(self):
        """What tells this packet from the others that are under way, whatever its addresses are translated to."""
        kind = 0
        at = self.offset
        if self.is_later:
            return self.version, self.protocol, self.tag, kind
        if self.protocol == TCP and len(self.data) > at + 13:
            kind = self.data[at + 13]
        elif self.protocol in (ICMP, ICMPV6) and len(self.data) > at:
            kind = self.data[at]
        return self.version, self.protocol, self.tag, kind

    @property
    def is_chatter(self):
        """A host's own report to all MLDv2 routers (RFC 3810), which interfaces send when they come up."""
        return self.version == 6 and self.tag == 0 and self.destination == ALL_MLD_ROUTERS

    def json(self):
        family = socket.AF_INET if self.version == 4 else socket.AF_INET6
        names = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmpv6"}
        found = {"proto": names.get(self.protocol, self.protocol), "src": socket.inet_ntop(family, self.source),
                 "dst": socket.inet_ntop(family, self.destination)}
        at, data = self.offset, self.data
        if self.protocol == TCP and len(data) >= at + 16:
            found["sport"], found["dport"], found["seq"], found["ack"], _, flags, found["window"] = struct.unpack_from(">HHIIBBH", data, at)
            found["flags"] = "".join(letter for letter, bit in FLAGS if flags & bit)
        elif self.protocol == UDP and len(data) >= at + 4:
            found["sport"], found["dport"] = struct.unpack_from(">HH", data, at)
        elif self.protocol in (ICMP, ICMPV6) and len(data) >= at + 8:
            found["icmp_type"], found["icmp_code"] = data[at], data[at + 1]
            if not is_error(self.version, data[at]):
                found["icmp_id"], found["icmp_seq"] = struct.unpack_from(">HH", data, at + 4)
            elif len(data) >= at + 8 + (24 if self.version == 4 else 44):
                found["inner"] = Header(data[at + 8 :]).json()
        found["ttl"], found["tos"] = self.ttl, self.tos
        return found


def is_error(version, kind):
    return kind in (3, 4, 5, 11, 12) if version == 4 else kind < 128
