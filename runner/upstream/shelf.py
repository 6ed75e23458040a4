"""The rubrics of a data root, each loaded once, for matching graded trees against them."""

from runner.errors import PaperbenchError
from runner.upstream.match import PaperRubric, paper_rubric
from validators.corpus import Corpus
from validators.models.rubric import Rubric


class Shelf:
    """Papers and rubrics by upstream's names for them."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._names: dict[str, str] = {}
        self._rubrics: dict[str, Rubric] = {}
        self._matched: dict[str, PaperRubric] = {}

    def paper(self, name: str) -> str:
        """Our id of a paper, which may be upstream's own id of it; raises PaperbenchError."""
        if name not in self._names:
            self._names[name] = self._look_up(name)
        return self._names[name]

    def _look_up(self, name: str) -> str:
        known = self.corpus.paper_ids()
        if name in known:
            return name
        for paper in known:
            source = self.corpus.paper(paper).source
            if source is not None and source.id == name:
                return paper
        raise PaperbenchError(
            f"unknown paper '{name}': {self.corpus.root}/papers has none of that id; "
            "import it with 'paperbench import upstream', or name another with --paper"
        )

    def document(self, paper: str) -> Rubric:
        """The paper's rubric; raises PaperbenchError where it has none."""
        if paper not in self._rubrics:
            try:
                self._rubrics[paper] = self.corpus.rubric(paper)
            except FileNotFoundError:
                raise PaperbenchError(
                    f"{self.corpus.root}/rubrics/{paper}.yaml is missing; import or write it first"
                ) from None
        return self._rubrics[paper]

    def rubric(self, paper: str) -> PaperRubric:
        """The paper's rubric, ready for matching."""
        if paper not in self._matched:
            self._matched[paper] = paper_rubric(self.document(paper))
        return self._matched[paper]
