"""Asks the running Linux kernel replay cases: one case per line of standard input, one result per line of output.

Needs root. Everything happens in network namespaces without names, which end with this process.
"""

import json
import os
import sys

import rules
from case import Asking, BadCase


def main():
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
    asking = Asking()
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            result = asking.ask(json.loads(line))
        except rules.Refused as refused:
            result = {"refused": str(refused)}
        except BadCase as bad:
            result = {"error": str(bad)}
        print(json.dumps(result), flush=True)
    asking.close()


if __name__ == "__main__":
    main()
