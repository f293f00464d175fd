"""Makes coherence.golden.json with numpy alone, from the formulas of the papers. Run with the system's own python3."""

import json
import math
import os

import numpy as np

random = np.random.RandomState(8)
WORDS = [f"w{i:02d}" for i in range(24)]
kinds = random.dirichlet(np.full(24, 0.3), size=3)
texts = [[WORDS[i] for i in random.choice(24, size=random.randint(1, 14), p=kinds[t % 3])] for t in range(60)]
topics = [[WORDS[i] for i in np.argsort(-kind)[:5]] for kind in kinds] + [WORDS[:4]]
WINDOW = 6
EPSILON = 1e-12

held = [set(text) for text in texts]


def umass(terms):
    scores = []
    for i in range(1, len(terms)):
        for j in range(i):
            both = sum(terms[i] in h and terms[j] in h for h in held)
            heavier = sum(terms[j] in h for h in held)
            scores.append(math.log((both + 1) / max(1, heavier)))
    return float(np.mean(scores))


windows = []
for text in texts:
    windows += [set(text)] if len(text) <= WINDOW else [set(text[s : s + WINDOW]) for s in range(len(text) - WINDOW + 1)]


def share(*terms):
    return sum(all(term in w for term in terms) for w in windows) / len(windows)


def npmi(a, b):
    joint = share(a, b) + EPSILON
    return math.log(joint / (share(a) * share(b))) / -math.log(joint)


def cv(terms):
    vectors = np.array([[npmi(a, b) for b in terms] for a in terms])
    whole = vectors.sum(axis=0)
    return float(np.mean([v @ whole / (np.linalg.norm(v) * np.linalg.norm(whole)) for v in vectors]))


golden = {
    "versions": {"numpy": np.__version__},
    "seed": 8,
    "tolerance": 1e-9,
    "window": WINDOW,
    "texts": texts,
    "topics": topics,
    "umass": [umass(t) for t in topics],
    "npmi": [float(np.mean([npmi(a, b) for i, a in enumerate(t) for b in t[:i]])) for t in topics],
    "cv": [cv(t) for t in topics],
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "coherence.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(golden["versions"], golden["umass"], golden["cv"])
