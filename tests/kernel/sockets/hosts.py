"""The hosts of a question as network namespaces, joined by veth pairs."""

import ipaddress
import socket

import rules
from lab import QUIET, one_or_more
from namespaces import Namespace

# A connection that nobody answers is given up after three seconds.
IMPATIENT = {"net/ipv4/tcp_syn_retries": 1, "net/ipv4/tcp_syn_linear_timeouts": 0}


class End:
    """An interface on a link."""

    def __init__(self, namespace, name, mac, addresses):
        self.namespace, self.name, self.mac, self.addresses = namespace, name, mac, addresses


class Hosts:
    def __init__(self, topology):
        self.given = topology["hosts"]
        self.namespaces = {name: Namespace() for name in self.given}
        self.switches = []
        ends, links = {}, {}
        for number, (name, host) in enumerate(self.given.items()):
            plugged = {each.get("link") for each in host["interfaces"].values() if each.get("link") is not None}
            forwards = int(host.get("forward", len(plugged) > 1))
            self.namespaces[name].set(QUIET | IMPATIENT | {"net/ipv4/ip_forward": forwards,
                                                           "net/ipv6/conf/all/forwarding": forwards})
            for index, (interface, each) in enumerate(host["interfaces"].items()):
                end = End(self.namespaces[name], interface, f"02:00:00:00:{number:02x}:{index:02x}", one_or_more(each.get("addr")))
                ends.setdefault(name, []).append(end)
                links.setdefault(each.get("link", end), []).append(end)
        for number, joined in enumerate(links.values()):
            self._join(number, joined)
        for name, host in self.given.items():
            lines = ["link set lo up"]
            for end in ends.get(name, ()):
                lines += _lines_of(end, next(joined for joined in links.values() if end in joined))
            lines += [f"route add {route}" for route in host.get("routes", [])]
            self.namespaces[name].must(["ip", "-batch", "-"], "\n".join(lines) + "\n")

    def _join(self, number, ends):
        if len(ends) == 1:
            # On no link, or alone on one: what is sent there is lost.
            ends[0].namespace.must(["ip", "link", "add", ends[0].name, "address", ends[0].mac, "type", "dummy"])
            return
        if len(ends) == 2:
            _pair(ends[0], ends[1])
            return
        switch = Namespace()
        self.switches.append(switch)
        switch.set({"net/ipv6/conf/default/disable_ipv6": 1})
        lines = ["link add bridge type bridge mcast_snooping 0 forward_delay 0", "link set bridge up"]
        for index, end in enumerate(ends):
            _pair(end, End(switch, f"p{index}", f"02:01:00:00:{number:02x}:{index:02x}", []))
            lines += [f"link set p{index} master bridge", f"link set p{index} up"]
        switch.must(["ip", "-batch", "-"], "\n".join(lines) + "\n")

    def namespace(self, name):
        return self.namespaces[name]

    def load(self, given):
        for name, host in given.items():
            self.namespaces[name].set(host.get("sysctl", {}))
            rules.load(self.namespaces[name], host, set())

    def listen(self, given, trying):
        for name, host in given.items():
            for each in host.get("listen", []):
                protocol, port = each.split("/")
                for address in self._addresses(name) if protocol == "udp" else ("::",):
                    trying.listen(self.namespaces[name], protocol, address, int(port))

    def _addresses(self, name):
        """Each by itself, so that a datagram is answered from the address that it was sent to."""
        families = set()
        for interface in self.given[name]["interfaces"].values():
            for each in one_or_more(interface.get("addr")):
                address = ipaddress.ip_interface(each).ip
                families.add(address.version)
                yield str(address)
        yield from ("127.0.0.1" if version == 4 else "::1" for version in families)

    def close(self):
        for namespace in (*self.namespaces.values(), *self.switches):
            namespace.close()


def _lines_of(end, joined):
    """Everybody on a link is known from the start: no rule can keep neighbours from being found."""
    lines = [f"link set {end.name} up"]
    for address in end.addresses:
        lines.append(f"addr add {address} dev {end.name}" + (" nodad" if ":" in address else ""))
    for other in joined:
        if other is not end:
            lines += [f"neigh replace {ipaddress.ip_interface(address).ip} lladdr {other.mac} dev {end.name} nud permanent"
                      for address in other.addresses]
    return lines


def _pair(here, there):
    here.namespace.must(["ip", "link", "add", here.name, "address", here.mac, "type", "veth",
                         "peer", "name", there.name, "address", there.mac, "netns", there.namespace.path])


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET
