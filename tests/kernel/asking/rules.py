"""Loading the rule text of a case with the tool that it names."""

import re

from events import Targets

LEGACY = {"iptables-legacy-restore": 4, "ip6tables-legacy-restore": 6}
OVER_NFT = ("iptables-restore", "iptables-nft-restore", "ip6tables-restore", "ip6tables-nft-restore", "nft")
BUILT_IN = {
    "raw": ("PREROUTING", "OUTPUT"),
    "mangle": ("PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"),
    "nat": ("PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"),
    "filter": ("INPUT", "FORWARD", "OUTPUT"),
}


class Refused(Exception):
    """The tool does not take the text; the message is its own."""


def texts_of(given):
    ruleset = (given or {}).get("ruleset", [])
    return ruleset if isinstance(ruleset, list) else [ruleset]


def is_legacy(given):
    return any(each["tool"] in LEGACY for each in texts_of(given))


def by_name(given):
    """(family, table) of the tables that results name without their family: those of iptables over nf_tables."""
    families = {"ip6" if each["tool"].startswith("ip6") else "ip": each for each in texts_of(given) if each["tool"] != "nft"}
    return {(family, name) for family, each in families.items() for name in tables_of(each["text"])}


def tables_of(text):
    return {name for name in BUILT_IN if re.search(rf"^\*{name}\b", text, re.MULTILINE)}


def load(namespace, given, earlier):
    """Loads the texts of a host. `earlier`: (family, table) that this namespace has of cases before, which legacy tables
    stay for ever; it is added to. Returns the targets of legacy rules by (family, table, chain)."""
    targets = {}
    wanted = {4: "", 6: ""}
    for each in texts_of(given):
        tool, text = each["tool"], each["text"]
        if tool in LEGACY:
            wanted[LEGACY[tool]] = text
        elif tool == "nft":
            feed(namespace, ["nft", "-f", "-"], re.sub(r"^\s*flush\s+ruleset\s*;?", "", text, flags=re.MULTILINE))
        elif tool in OVER_NFT:
            feed(namespace, [tool.replace("tables-restore", "tables-nft-restore")], text)
        else:
            raise Refused(f"There is no tool {tool} to ask.")
    for family, text in wanted.items():
        here = tables_of(text)
        # A chain that a text does not name keeps its policy, so every table that there is begins anew.
        stale = {table for old, table in earlier if old == family}
        if not here and not stale:
            continue
        whole = "".join(emptied(table) for table in sorted(stale)) + text
        name = "iptables" if family == 4 else "ip6tables"
        feed(namespace, [f"{name}-legacy-restore"], whole if whole.endswith("\n") else f"{whole}\n")
        earlier |= {(family, table) for table in here}
        saved = namespace.must([f"{name}-legacy-save"])
        targets |= {(family, *place): found for place, found in read_saved(saved).items() if place[0] in here}
    return targets


def emptied(table):
    return f"*{table}\n" + "".join(f":{chain} ACCEPT [0:0]\n" for chain in BUILT_IN[table]) + "COMMIT\n"


def feed(namespace, command, text):
    status, _, wrong = namespace.run(command, text)
    if status != 0:
        raise Refused(f"{command[0]}: {wrong.strip()}")


def read_saved(text):
    """The targets of each chain's rules, by (table, chain), of what iptables-save prints."""
    chains, table = {}, ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith(":"):
            name, policy = line[1:].split(" ")[:2]
            chains[(table, name)] = Targets()
            chains[(table, name)].policy = None if policy == "-" else policy
        elif line.startswith("-A "):
            words = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line).split(" ")
            at = next((index for index, word in enumerate(words) if word in ("-j", "-g")), None)
            chains[(table, words[1])].append(words[at + 1] if at is not None else "")
    return chains
