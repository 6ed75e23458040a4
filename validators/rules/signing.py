"""Rules about the life cycle of a rubric: draft, in_review, signed_off."""

from collections.abc import Iterator

from validators.documents import Document
from validators.faults import Fault
from validators.signing import lacks, outdated, sign_offs
from validators.words import shown


def author_has_signed(document: Document) -> Iterator[Fault]:
    """A rubric that is signed_off has been signed by an author of its paper.

    Why: nobody else can say that what it asks for is what the paper claims; upstream's rubrics were made with
    the papers' authors too. Boards mark the scores of every rubric that is not signed_off.
    Mend: have an author sign with `paperbench rubric sign`, or write `status: in_review`. Where no author
    answers, a waiver of R230 says so, with its reason.
    Example:
        status: signed_off
        sign_offs:
          - {name: M. Maintainer, role: maintainer, date: "2026-01-31"}
    """
    yield from _lacking(document, "R230", "sign it, waive R230, or write 'in_review'")


def signed_branch_is_as_it_was(document: Document) -> Iterator[Fault]:
    """A branch that somebody signed still has the text, and the children, that it was signed with.

    Why: who signs a branch says that its children together entail it. When a child comes, goes or is
    reworded, nobody has said that any more.
    Mend: read the branch again and sign it with `paperbench rubric sign`, which also clears what no longer
    holds; or take its line off `branches`.
    Example:
        branches:
          heavy-ball/method: 00000000ffffffff     # and a child of it was reworded since
    """
    for number, path, stays in outdated(document.data):
        one = sign_offs(document.data)[number]
        what = "changed" if stays else "is no branch any more"
        since = f"since {one.get('name')} signed it on {one.get('date')}"
        mend = "sign it again, or take this line off" if stays else "take this line off"
        where = ("sign_offs", number, "branches", path)
        yield Fault(where, f"branch {shown(path)} {what} {since}; {mend}", at_key=True)


def every_branch_is_signed(document: Document) -> Iterator[Fault]:
    """Of a rubric that is signed_off, somebody has signed every branch.

    Why: a score is a mean of leaves. It says something of the paper only if the children of every branch
    together entail it, and somebody has looked.
    Mend: read the branches that are named (`paperbench rubric tree` shows them) and sign them with
    `paperbench rubric sign --branch`, or write `status: in_review`.
    Example:
        status: signed_off
        sign_offs:
          - {name: A. Author, role: paper_author, date: "2026-01-31"}     # and no branches
    """
    yield from _lacking(document, "R232", "sign with 'paperbench rubric sign', or write 'in_review'")


def _lacking(document: Document, code: str, mend: str) -> Iterator[Fault]:
    if document.data.get("status") == "signed_off":
        for lacked, words in lacks(document.data):
            if lacked == code:
                yield Fault(("status",), f"signed_off, and {words}; {mend}")


def draft_is_unsigned(document: Document) -> Iterator[Fault]:
    """A draft has no sign-offs.

    Why: a draft is still being written, and what was signed is not what will be read.
    Mend: write `status: in_review`, or take the sign-offs off.
    Example:
        status: draft
        sign_offs:
          - {name: A. Author, role: paper_author, date: "2026-01-31"}
    """
    if document.data.get("status") == "draft" and sign_offs(document.data):
        yield Fault(("sign_offs",), "a draft has sign-offs; write 'in_review', or take them off", at_key=True)
