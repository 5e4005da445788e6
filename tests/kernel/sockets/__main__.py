"""Opens real connections through the running Linux kernel.

Each line of standard input is a list of questions, each line of output the list of their answers. A question has the topology
and hosts of a replay case, and `tries`: {"from": HOST, "proto": "tcp" | "udp", "to": ADDRESS, "port": N}. An answer has one
outcome for each, "works" or the name of an errno, or why the text was refused. All questions of a line are asked at once, so
that waiting for time to run out is done once. Needs root; everything happens in namespaces that end with this process.
"""

import json
import os
import resource
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "asking"))

import rules  # noqa: E402
from hosts import Hosts  # noqa: E402
from tries import Trying  # noqa: E402


def ask(questions):
    trying = Trying()
    made, answers = [], []
    for question in questions:
        hosts = Hosts(question["topology"])
        made.append(hosts)
        try:
            hosts.load(question.get("hosts", {}))
        except rules.Refused as refused:
            answers.append({"refused": str(refused)})
            continue
        hosts.listen(question.get("hosts", {}), trying)
        answers.append({"outcomes": [trying.begin(hosts.namespace(each["from"]), each) for each in question["tries"]]})
    trying.run()
    for hosts in made:
        hosts.close()
    return [{"outcomes": [each.outcome for each in answer["outcomes"]]} if "outcomes" in answer else answer for answer in answers]


# Every port that somebody listens on is a file.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
for line in sys.stdin:
    if line.strip():
        print(json.dumps(ask(json.loads(line))), flush=True)
