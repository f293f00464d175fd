"""Jaro-Winkler and restricted Damerau-Levenshtein with Debian's jellyfish (C): one line of JSON in, one out."""

import json
import sys
import time

import jellyfish

pairs = None

for line in sys.stdin:
    ask = json.loads(line)
    if pairs is None:
        with open(ask["file"], encoding="utf8") as file:
            pairs = json.load(file)
    compare = {"jaroWinkler": jellyfish.jaro_winkler_similarity, "edits": jellyfish.damerau_levenshtein_distance}[ask["what"]]
    began = time.process_time()
    total = 0.0
    for a, b in pairs:
        total += compare(a, b)
    print(json.dumps({"seconds": time.process_time() - began, "sum": total}), flush=True)
