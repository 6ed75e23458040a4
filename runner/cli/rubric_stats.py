"""paperbench rubric stats: what rubrics consist of, and how few leaves carry the score."""

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from validators.corpus import Corpus


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of stats."""
    parser.add_argument(
        "rubrics", nargs="*", metavar="PAPER|FILE", help="papers or files of rubrics (default: all papers)"
    )
    parser.add_argument("--split", metavar="NAME", help="the papers of a split of papers/splits.yaml")
    parser.add_argument(
        "--root", metavar="DIR", help="data root (default: nearest folder upwards with papers/ and rubrics/)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON at full precision")


def run(arguments: argparse.Namespace) -> int:
    """Print one rubric's figures, or a table of many with its totals."""
    import json

    from runner.places import data_root, root_around
    from runner.rubrics.counting import totals
    from runner.rubrics.figures import print_figures

    if arguments.rubrics and not arguments.split:
        corpus, names = root_around(arguments), list(arguments.rubrics)
    else:
        corpus = data_root(arguments)
        names = _all_papers(corpus, arguments.split) + list(arguments.rubrics)
    records = [_record(name, corpus) for name in names]
    total = totals(records)
    if arguments.json:
        print(json.dumps({"rubrics": records, "totals": total}, indent=1, ensure_ascii=False))
    else:
        print_figures(records, total, named=bool(arguments.rubrics))
    return 0


def _all_papers(corpus: "Corpus", split: str | None) -> list[str]:
    from runner.errors import PaperbenchError
    from runner.rubrics.named import rubric_papers
    from validators.words import advise

    if split is None:
        papers = sorted({*corpus.paper_ids(), *rubric_papers(corpus.root)})
        if not papers:
            raise PaperbenchError(f"{corpus.root} holds no paper; import or write one")
        return papers
    splits = corpus.splits().splits
    if split not in splits:
        mend = advise(split, splits, f"there are {', '.join(splits)}")
        raise PaperbenchError(f"no split '{split}' in papers/splits.yaml; {mend}")
    return list(splits[split])


def _record(name: str, corpus: "Corpus | None") -> dict[str, Any]:
    from pathlib import Path

    from runner.rubrics.counting import as_record, count_rubric, more_of
    from runner.rubrics.named import named_rubric

    remark = None if corpus is None or Path(name).is_file() else _absence(name, corpus)
    if corpus is not None and remark is not None:
        return {**_catalogued(name, corpus), "remark": remark}
    named = named_rubric(name, corpus)
    count = count_rubric(named.rubric.paper, named.tree)
    return {**as_record(count), "more": more_of(count), "remark": None}


def _absence(paper: str, corpus: "Corpus") -> str | None:
    """Why a known paper cannot be counted; None where it can, and where nobody knows it."""
    if (corpus.root / "rubrics" / f"{paper}.yaml").is_file():
        return None
    if paper in corpus.paper_ids():
        return "not hydrated"
    splits = corpus.splits() if (corpus.root / "papers" / "splits.yaml").is_file() else None
    return "not in this data root" if splits and paper in splits.absent else None


def _catalogued(name: str, corpus: "Corpus") -> dict[str, Any]:
    """What a paper's document says of a rubric that is not here."""
    from runner.rubrics.counting import CATEGORIES

    source = corpus.paper(name).source if name in corpus.paper_ids() else None
    if source is None or source.leaves is None:
        return {"paper": name}
    counts = source.leaves.model_dump(by_alias=True)
    categories = {short: counts[category] for category, short in CATEGORIES.items()}
    return {"paper": name, "nodes": source.nodes, "leaves": sum(counts.values()), **categories}
