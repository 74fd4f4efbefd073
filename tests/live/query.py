#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Ask a Prometheus: query.py PORT < EXPRESSIONS. One result a line, as JSON; null where refused."""
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

for line in sys.stdin:
    query = urllib.parse.urlencode({"query": line.strip()})
    url = f"http://127.0.0.1:{sys.argv[1]}/api/v1/query?{query}"
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            print(json.dumps(json.load(answer)["data"]["result"]))
    except urllib.error.HTTPError as error:
        print(line.strip(), error.read().decode(), file=sys.stderr)
        print("null")
