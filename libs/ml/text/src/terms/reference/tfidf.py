"""Makes tfidf.golden.json with Debian's python3-sklearn. Run with the system's own python3."""

import json
import os

import numpy as np
import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

TEXTS = [
    "The parcel came late, and the parcel was open.",
    "Lovely dress! The colour is lovely; it fits.",
    "Late again: my parcel is late, no answer from support...",
    "Größe passt, Farbe schön. La taille va très bien!",
    "I'd order it again, the colour and the size fit.",
    "support_team answered in 2 days; 100% happy",
    "",
    "a I !",
    "Where is my refund? The refund of the dress was late.",
]


def case(name, **params):
    model = TfidfVectorizer(**params)
    weights = model.fit_transform(TEXTS).toarray()
    counts = CountVectorizer(**{k: v for k, v in params.items() if k != "sublinear_tf"}).fit_transform(TEXTS).toarray()
    terms = model.get_feature_names_out().tolist()
    return {
        "name": name,
        "leastWords": params.get("ngram_range", (1, 1))[0],
        "mostWords": params.get("ngram_range", (1, 1))[1],
        "leastDocuments": params.get("min_df", 1),
        "mostShareOfOne": params.get("max_df", 1.0),
        "mostTerms": params.get("max_features", 0),
        "sublinear": params.get("sublinear_tf", False),
        "terms": terms,
        "counts": counts.tolist(),
        "weights": weights.tolist(),
    }


def of_classes(labels):
    model = CountVectorizer()
    counts = model.fit_transform(TEXTS).toarray().astype(float)
    table = np.vstack([counts[np.asarray(labels) == c].sum(axis=0) for c in range(max(labels) + 1)])
    average = table.sum() / table.shape[0]
    weights = table / table.sum(axis=1, keepdims=True) * np.log(1 + average / np.maximum(table.sum(axis=0), 1e-300))
    return {"labels": labels, "terms": model.get_feature_names_out().tolist(), "weights": weights.tolist()}


golden = {
    "versions": {"sklearn": sklearn.__version__, "numpy": np.__version__},
    "tolerance": 1e-9,
    "why": "the same sums in double precision",
    "texts": TEXTS,
    "cases": [
        case("words"),
        case("words and pairs, sublinear", ngram_range=(1, 2), sublinear_tf=True),
        case("terms of two texts and not of half", min_df=2, max_df=0.4),
        case("pairs and triples", ngram_range=(2, 3)),
    ],
    "classes": of_classes([0, 1, 0, 2, 1, 2, -1, -1, 0]),
}
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "tfidf.golden.json"), "w", encoding="utf-8") as out:
    json.dump(golden, out)
    out.write("\n")
print(golden["versions"], len(golden["cases"]), "cases")
