"""The hosts of a question as network namespaces, joined by veth pairs."""

import ipaddress
import socket

import rules
from lab import QUIET, one_or_more
from namespaces import Namespace

# A connection that nobody answers is given up after three seconds, and data that nobody acknowledges sooner.
IMPATIENT = {"net/ipv4/tcp_syn_retries": 1, "net/ipv4/tcp_syn_linear_timeouts": 0}
# Neighbours are found as on any network, which takes link-local addresses.
NEIGHBOURLY = {"net/ipv6/conf/default/addr_gen_mode": 0}


class Hosts:
    def __init__(self, topology):
        self.given = topology["hosts"]
        self.namespaces = {name: Namespace() for name in self.given}
        self.switches = []
        links = {}
        for name, host in self.given.items():
            plugged = {each.get("link") for each in host["interfaces"].values() if each.get("link") is not None}
            forwards = int(host.get("forward", len(plugged) > 1))
            self.namespaces[name].set(QUIET | IMPATIENT | NEIGHBOURLY | {"net/ipv4/ip_forward": forwards,
                                                           "net/ipv6/conf/all/forwarding": forwards})
            for interface, each in host["interfaces"].items():
                links.setdefault(each.get("link", (name, interface)), []).append((self.namespaces[name], interface))
        for ends in links.values():
            self._join(ends)
        for name, host in self.given.items():
            self._set_up(self.namespaces[name], host)

    def _join(self, ends):
        if len(ends) == 2:
            _pair(*ends[0], *ends[1])
            return
        switch = Namespace()
        self.switches.append(switch)
        switch.set({"net/ipv6/conf/default/disable_ipv6": 1})
        lines = ["link add bridge type bridge mcast_snooping 0 forward_delay 0", "link set bridge up"]
        for index, (namespace, interface) in enumerate(ends):
            _pair(namespace, interface, switch, f"p{index}")
            lines += [f"link set p{index} master bridge", f"link set p{index} up"]
        switch.must(["ip", "-batch", "-"], "\n".join(lines) + "\n")

    @staticmethod
    def _set_up(namespace, host):
        lines = ["link set lo up"]
        for interface, each in host["interfaces"].items():
            lines.append(f"link set {interface} up")
            for address in one_or_more(each.get("addr")):
                lines.append(f"addr add {address} dev {interface}" + (" nodad" if ":" in address else ""))
        lines += [f"route add {route}" for route in host.get("routes", [])]
        namespace.must(["ip", "-batch", "-"], "\n".join(lines) + "\n")

    def namespace(self, name):
        return self.namespaces[name]

    def load(self, given):
        for name, host in given.items():
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


def _pair(here, name, there, other):
    here.must(["ip", "link", "add", name, "type", "veth", "peer", "name", other, "netns", there.path])


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET
