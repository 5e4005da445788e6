"""One replay case, asked of the kernel: the result has the shape that the engine's has."""

import ipaddress
import socket
import time

import packets
import rules
from lab import Lab

ETHERNET = {4: b"\x08\x00", 6: b"\x86\xdd"}
END_OF_HOOK = {"pre0": "pre9", "in0": "in9", "fwd0": "fwd9", "out0": "out9", "post0": "post9"}
LABS_KEPT = 24
PAUSES = (0.0005, 0.002, 0.01)  # seconds
GOES_ROUND = 64
TAGS, TAG_ROUNDS = 512, 127


class BadCase(Exception):
    pass


class Visit:
    """One packet's way through one host."""

    __slots__ = ("host", "key", "local", "iif", "oif", "state", "dir", "path", "drops", "marks", "first", "last", "taken")

    def __init__(self, host, event, local):
        self.host, self.key, self.local = host, event.key, local
        self.iif, self.oif, self.state, self.dir = None, None, None, None
        self.path, self.drops, self.marks = [], False, []
        self.first = self.last = event.header
        self.taken = False

    def add(self, event):
        self.last = event.header
        self.iif, self.oif = event.iif or self.iif, event.oif or self.oif
        if event.kind == "rule":
            self.path.append(event.place)
            self.drops = event.drops
        elif isinstance(event.mark, tuple):
            self.state, self.dir = event.mark
        else:
            self.marks.append(event.mark)
            self.drops = False

    @property
    def end(self):
        if "in9" in self.marks:
            return "delivered"
        if "post9" in self.marks:
            return "sent"
        return "dropped" if self.drops else "vanished"

    def hop(self):
        end = self.end
        found = {"host": self.host}
        if not self.local:
            found["iif"] = self.iif
        if self.oif:
            found["oif"] = self.oif
        if self.state:
            found["state"] = self.state
        if self.dir:
            found["dir"] = self.dir
        return found | {"path": self.path, "end": end}


class Asking:
    """Keeps the labs of topologies between cases, since making one takes longer than a case."""

    def __init__(self):
        self.labs = {}
        self.cases = 0

    def lab(self, case):
        hosts = case.get("hosts", {})
        legacy = frozenset(name for name, given in hosts.items() if rules.is_legacy(given))
        # A legacy nat table stays registered, and that alone changes how ports are chosen.
        translating = frozenset(
            name for name in legacy for each in rules.texts_of(hosts[name]) if "nat" in rules.tables_of(each["text"]))
        answers = case.get("options", {}).get("stack_answers", False)
        key = (repr(case["topology"]), legacy, translating, answers)
        if key in self.labs:
            self.labs[key] = self.labs.pop(key)
            return self.labs[key]
        if len(self.labs) >= LABS_KEPT:
            self.labs.pop(next(iter(self.labs))).close()
        self.labs[key] = Lab(case["topology"], legacy, answers)
        return self.labs[key]

    def ask(self, case):
        lab = self.lab(case)
        given = case.get("hosts", {})
        for name, host in lab.hosts.items():
            host.reset()
            targets = rules.load(host.namespace, given.get(name), host.tables)
            host.settings(given.get(name, {}).get("sysctl", {}))
            host.events.start(host.control, targets, rules.by_name(given.get(name)))
        every = case["packets"]
        self.cases += 1
        return {"packets": [self._send(lab, packet, every) for packet in every]}

    def _send(self, lab, packet, every):
        fragments = packets.siblings(packet, every)
        # Not the tags of the case before, whose fragments may still be waiting for each other.
        tag = (self.cases % TAG_ROUNDS) * TAGS + next(index for index, each in enumerate(every) if each is fragments[0]) + 1
        if packet.get("wait"):
            time.sleep(packet["wait"])
        if "fragment" in packet:
            for each in lab.hosts.values():
                each.events.fragments[tag] = packets.protocol_of(packet)
        host = lab.hosts[packet["from"]]
        data = packets.build(packet, tag, packets.bytes_of_whole(fragments))
        key = packets.Header(data).key
        if packet.get("inject", "local") == "local":
            place = (host, None)
            send_local(host, packet, data)
        else:
            place = send_on_wire(lab, host, packet, data)
        watch = Watch(lab)
        visits = watch.read()
        # On a busy machine the kernel puts some of the work off; an end that nothing explains is looked at again.
        for pause in PAUSES:
            result = follow(lab, visits, place, key)
            if result["verdict"] in ("delivered", "dropped"):
                break
            forget_taken(visits)
            time.sleep(pause)
            visits = watch.read()
        else:
            result = follow(lab, visits, place, key)
        made = [visit for each in visits.values() for visit in each if visit.local and not visit.taken and not is_redirect(visit)]
        result["generated"] = [] if packet.get("quiet") else [
            {"from": visit.host, "packet": visit.first.json()} | follow(lab, visits, (lab.hosts[visit.host], None), visit.key) for visit in made
            if not visit.taken]
        return result

    def close(self):
        for lab in self.labs.values():
            lab.close()


def is_redirect(visit):
    header = visit.first
    return header.version == 6 and header.protocol == packets.ICMPV6 and header.key[3] == 137


def send_local(host, packet, data):
    six = packets.is6(packet["dst"])
    sender = host.sender(socket.AF_INET6 if six else socket.AF_INET)
    try:
        sender.sendto(data, (packet["dst"], 0))
    except OSError:
        pass  # what became of it shows in the trace


def send_on_wire(lab, host, packet, data):
    six = packets.is6(packet["dst"])
    interface, next_hop = way_out(host, packet)
    others = lab.others_on(host, interface)
    taker = next((end for end in others if next_hop in [str(ipaddress.ip_interface(each).ip) for each in end[0].addresses(end[1])]),
                 others[0] if len(others) == 1 else None)
    if taker is None:
        raise BadCase(f"Nobody on the link of {interface} takes the packet.")
    other, name = taker
    frame = bytes.fromhex((other.macs[name] + host.macs[interface]).replace(":", "")) + ETHERNET[6 if six else 4] + data
    host.wire(interface).send(frame)
    return other, name


def way_out(host, packet):
    """The interface and the next hop: longest prefix of what is attached and of the routes."""
    address = ipaddress.ip_address(packet["dst"])
    best = (-1, None, None)
    attached = [(ipaddress.ip_interface(each).network, name) for name in host.interfaces for each in host.addresses(name)]
    for network, name in attached:
        if network.version == address.version and address in network and network.prefixlen > best[0]:
            best = (network.prefixlen, name, str(address))
    for route in host.given.get("routes", []):
        prefix, _, gateway = route.split()
        via = ipaddress.ip_address(gateway)
        network = ipaddress.ip_network("::/0" if via.version == 6 else "0.0.0.0/0") if prefix == "default" else ipaddress.ip_network(prefix)
        if network.version == address.version and address in network and network.prefixlen > best[0]:
            name = next((name for each, name in attached if each.version == via.version and via in each), None)
            best = (network.prefixlen, name, gateway)
    out = packet.get("out")
    if out is not None:
        return out, best[2] if best[1] == out else str(address)
    if best[1] is None:
        raise BadCase(f"{host.name} has no route to {address}.")
    return best[1], best[2]


class Watch:
    """What has happened at the hosts since the packet was sent, as visits; reading again adds what came since."""

    def __init__(self, lab):
        self.lab = lab
        self.found = {name: [] for name in lab.hosts}
        self.current = {name: {} for name in lab.hosts}

    def read(self):
        for name, host in self.lab.hosts.items():
            for event in host.events.read(host.names):
                if not event.header.is_chatter:
                    self._add(name, event)
        return self.found

    def _add(self, name, event):
        starts = event.kind == "mark" and event.mark in ("pre0", "out0")
        visit = self.current[name].get(event.key)
        # Fragments that arrive one after the other are one visit: that of the packet that is put together of them.
        if starts and visit and visit.last.is_fragment and visit.marks == [event.mark]:
            starts = False
            visit.marks.clear()
        if starts or visit is None:
            visit = self.current[name][event.key] = Visit(name, event, event.iif is None)
            self.found[name].append(visit)
        visit.add(event)


def forget_taken(visits):
    for each in visits.values():
        for visit in each:
            visit.taken = False


def follow(lab, visits, place, key):
    """The hops of one packet in order, and how it ended."""
    hops = []
    host, iif = place
    visit = None
    for _ in range(GOES_ROUND):
        visit = next((each for each in visits[host.name] if not each.taken and each.key == key and (each.local == (iif is None))), None)
        if visit is None:
            hop = {"host": host.name} | ({"iif": iif} if iif else {}) | {"path": [], "end": "vanished"}
            return {"verdict": "vanished", "at": at_of(hop), "hops": [*hops, hop]}
        visit.taken = True
        hops.append(visit.hop())
        following = next_place(lab, visits, host, visit, key)
        if following is None:
            return ended(visit, hops)
        host, iif = following
    return ended(visit, hops)


def next_place(lab, visits, host, visit, key):
    if visit.end != "sent":
        return None
    if visit.oif == "lo":
        return host, "lo"
    for other, name in lab.others_on(host, visit.oif):
        if any(not each.taken and each.key == key and each.iif == name and arrives_as_left(each, visit) for each in visits[other.name]):
            return other, name
    return None


def arrives_as_left(arrival, departure):
    """Tells a visit from a later one of the same packet: on its way it is translated, and its TTL falls."""
    a, b = arrival.first, departure.last
    return (a.source, a.destination, a.ttl) == (b.source, b.destination, b.ttl)


def ended(visit, hops):
    found = {"verdict": visit.end, "at": at_of(hops[-1])}
    if visit.end == "dropped":
        found["rule"] = visit.path[-1]
    if visit.end == "delivered":
        found["received"] = visit.last.json()
    return found | {"hops": hops}


def at_of(hop):
    return {key: hop[key] for key in ("host", "iif", "oif") if key in hop}
