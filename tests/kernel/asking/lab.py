"""The hosts of a case as network namespaces, joined by veth pairs, and the sockets that put packets there."""

import ipaddress
import socket

import marks
from events import LegacyEvents, NftEvents
from namespaces import Namespace
from netlink import ACK, REQUEST, SUBSYSTEM_CONNTRACK, SUBSYSTEM_EXPECTATIONS, Netlink

QUIET = {
    "net/ipv4/conf/all/rp_filter": 0, "net/ipv4/conf/default/rp_filter": 0, "net/ipv4/icmp_ratemask": 0,
    "net/ipv4/icmp_msgs_per_sec": 1000000, "net/ipv4/icmp_msgs_burst": 1000000,
    "net/ipv4/conf/all/send_redirects": 0, "net/ipv4/conf/default/send_redirects": 0,
    "net/netfilter/nf_log/2": "nfnetlink_log", "net/netfilter/nf_log/10": "nfnetlink_log",
    "net/ipv6/conf/default/accept_ra": 0, "net/ipv6/conf/default/autoconf": 0, "net/ipv6/conf/default/addr_gen_mode": 1,
    "net/ipv6/conf/default/router_solicitations": 0, "net/ipv6/conf/default/accept_dad": 0, "net/ipv6/conf/default/dad_transmits": 0,
    "net/ipv6/icmp/ratelimit": 0,
    "net/ipv6/auto_flowlabels": 0,
}
# What a case may set, and what it is set back to afterwards.
SETTINGS = {
    "net/netfilter/nf_conntrack_tcp_loose": 1, "net/netfilter/nf_conntrack_tcp_be_liberal": 0,
    "net/netfilter/nf_conntrack_checksum": 1, "net/ipv4/conf/all/rp_filter": 0,
    "net/netfilter/nf_conntrack_udp_timeout": 30, "net/netfilter/nf_conntrack_tcp_timeout_syn_sent": 120,
}


def one_or_more(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def addressed_by(address, forwards):
    """What an interface answers to: its address, and on an IPv6 router the subnet's anycast address (RFC 4291 2.6.1)."""
    own = ipaddress.ip_interface(address)
    return [str(own.ip)] + ([str(own.network.network_address)] if forwards and own.version == 6 else [])


class Host:
    """One host: its namespace, its interfaces with their links, its sockets."""

    def __init__(self, name, given, number):
        self.name, self.given = name, given
        self.namespace = Namespace()
        self.interfaces = given["interfaces"]
        self.macs = {each: f"02:00:00:00:{number:02x}:{index:02x}" for index, each in enumerate(self.interfaces)}
        plugged = [each.get("link") for each in self.interfaces.values() if each.get("link") is not None]
        self.forwards = given.get("forward", len(set(plugged)) > 1)
        forwarding = int(self.forwards)
        self.namespace.set(QUIET | {"net/ipv4/ip_forward": forwarding, "net/ipv6/conf/all/forwarding": forwarding})
        self.tables, self.changed, self.names, self.senders = set(), {}, {}, {}
        self.events = self.control = None

    def addresses(self, interface):
        return one_or_more(self.interfaces[interface].get("addr"))

    def set_up(self, neighbours, legacy, answers):
        # Who is not known is lost at once, and nobody is told later.
        self.namespace.set({f"net/{family}/neigh/{name}/{kind}_solicit": 0 for name in self.interfaces
                            for family in ("ipv4", "ipv6") for kind in ("mcast", "ucast")})
        lines = ["link set lo up"]
        for name in self.interfaces:
            lines.append(f"link set {name} up")
            if self.interfaces[name].get("mtu"):
                lines.append(f"link set {name} mtu {self.interfaces[name]['mtu']}")
            for address in self.addresses(name):
                lines.append(f"addr add {address} dev {name}" + (" nodad" if ":" in address else ""))
            for address, mac in neighbours.get(name, ()):
                lines.append(f"neigh replace {address} lladdr {mac} dev {name} nud permanent")
        lines += [f"route add {route}" for route in self.given.get("routes", [])]
        self.namespace.must(["ip", "-batch", "-"], "\n".join(lines) + "\n")
        with self.namespace:
            self.names = {index: name for index, name in socket.if_nameindex()}
            self.control, self.events = Netlink(), LegacyEvents() if legacy else NftEvents()
            marks.install(self.control, answers)

    def sender(self, family):
        """A raw socket that makes packets on this host."""
        if family not in self.senders:
            with self.namespace:
                made = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self.senders[family] = made
        return self.senders[family]

    def wire(self, interface):
        """A socket that puts frames on the link of an interface."""
        if interface not in self.senders:
            with self.namespace:
                made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
                made.bind((interface, 0))
            self.senders[interface] = made
        return self.senders[interface]

    def reset(self):
        """Forgets flows and expectations, removes the rules that can be removed, sets settings back."""
        marks.remove_tables(self.control)
        for subsystem in (SUBSYSTEM_CONNTRACK, SUBSYSTEM_EXPECTATIONS):
            self.control.request(subsystem, 2, REQUEST | ACK)
        if self.changed:
            self.namespace.set(self.changed)
            self.changed = {}

    def settings(self, wanted):
        values = {path.replace(".", "/"): value for path, value in wanted.items()}
        unknown = [path for path in values if path not in SETTINGS]
        if unknown:
            raise ValueError(f"{unknown[0]} is not a setting that a case may change here.")
        self.changed = {path: SETTINGS[path] for path in values}
        self.namespace.set(values)

    def close(self):
        for each in (self.control, self.events, *self.senders.values()):
            if each:
                each.close()
        self.namespace.close()


class Lab:
    """All hosts of a topology."""

    def __init__(self, topology, legacy, answers):
        self.hosts = {name: Host(name, given, number) for number, (name, given) in enumerate(topology["hosts"].items())}
        self.others = []
        self.links = {}
        for host in self.hosts.values():
            for name, interface in host.interfaces.items():
                link = interface.get("link")
                self.links.setdefault(link if link is not None else (host.name, name), []).append((host, name))
        for number, ends in enumerate(self.links.values()):
            self._join(number, ends)
        for host in self.hosts.values():
            host.set_up(self._neighbours(host), host.name in legacy, answers)

    def _join(self, number, ends):
        if len(ends) == 2:
            (a, first), (b, second) = ends
            self._pair(a.namespace, first, a.macs[first], b.namespace, second, b.macs[second])
            return
        # A switch where more meet; a socket that leads nowhere where one is alone.
        switch = Namespace()
        self.others.append(switch)
        switch.set({"net/ipv6/conf/default/disable_ipv6": 1})
        lines = ["link add bridge type bridge mcast_snooping 0 forward_delay 0", "link set bridge up"]
        for index, (host, name) in enumerate(ends):
            self._pair(host.namespace, name, host.macs[name], switch, f"p{index}", f"02:01:00:00:{number:02x}:{index:02x}")
            lines += [f"link set p{index} master bridge", f"link set p{index} up"]
        switch.must(["ip", "-batch", "-"], "\n".join(lines) + "\n")

    @staticmethod
    def _pair(here, name, mac, there, other, other_mac):
        here.must(["ip", "link", "add", name, "address", mac, "type", "veth", "peer", "name", other, "address", other_mac,
                   "netns", there.path])

    def _neighbours(self, host):
        found = {}
        for ends in self.links.values():
            for each, name in ends:
                if each is host:
                    found[name] = [(own, other.macs[interface]) for other, interface in ends if other is not host
                                   for address in other.addresses(interface) for own in addressed_by(address, other.forwards)]
        return found

    def others_on(self, host, interface):
        """(host, interface) of the other ends of a link."""
        for ends in self.links.values():
            if (host, interface) in ends:
                return [end for end in ends if end != (host, interface)]
        return []

    def close(self):
        for host in self.hosts.values():
            host.close()
        for other in self.others:
            other.close()
