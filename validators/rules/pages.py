"""Pages of the codes that the YAML reader (Y0) and the schemas (S1) give."""

Y001 = """The file is one YAML 1.2 document in UTF-8.

Why: what cannot be read cannot be checked, and two documents in a file would leave one of them unread.
Mend: correct the syntax at the place named or just above it; save the file as UTF-8; keep one document in a
file.
Example:
    title: "Heavy ball     # the closing quote is missing
"""

Y002 = """A key stands once in its mapping.

Why: of two values under one key most readers keep the last and say nothing.
Mend: remove one of them.
Example:
    weight: 1
    weight: 2
"""

Y003 = """No anchors, aliases, tags or keys that are not plain words.

Why: documents are plain data, which every reader understands alike; an alias hides what a reviewer should
see, and a few of them nested can fill the memory.
Mend: write the value out where it is used; leave the tag out.
Example:
    first: &shared {id: a}
    second: *shared
"""

Y004 = """Numbers are finite and fit a double.

Why: JSON has no infinity and no 'not a number', and a score built on one is none.
Mend: write a finite number, or put it in quotes when it is text such as an id.
Example:
    id: 12345e678
"""

Y005 = """A document is nested at most 64 levels deep.

Why: every reader of the document goes down it, and no rubric that people review comes near.
Mend: flatten the tree.
Example:
    [[[[ ... sixty more ... ]]]]
"""

Y006 = """A file has at most 8 MiB.

Why: the largest rubric that people ever reviewed has a fifth of it; what is larger is data, and makes every
reader slow.
Mend: split it, or keep it where data is kept and name it by its sha256.
Example:
    a rubric of 9 MiB
"""

W701 = """A waiver passes over something.

Why: what it was written for has gone, and it would hide the next finding of its kind unseen.
Mend: remove it from papers/waivers.yaml.
Example:
    waivers: [{code: R213, path: rubrics/heavy-ball.yaml, reason: ...}]     # and no R213 is found there
"""

Y007 = """A document holds at most 50,000 values.

Why: the largest rubric that people ever reviewed has a quarter of them; what has more is data.
Mend: split it, or keep it where data is kept and name it by its sha256.
Example:
    a list of a million numbers
"""

S100 = """The program refuses what the schema accepts.

Why: schema and program are tested to agree, so this is a fault of paperbench.
Mend: please report it, with the file.
Example: none is known.
"""

S101 = """A document names its kind on its first line, and the kind belongs to its place.

Why: the kind decides which schema and which rules hold; a file in the wrong folder is never read.
Mend: write the `schema:` that the message names, or move the file.
Example:
    schema: rubrics/v1     # rubric/v1 is meant
"""

S102 = """A mapping has only keys that its schema knows.

Why: a misspelt key would be passed over in silence, and with it what its author meant.
Mend: take the key that the message proposes, or remove it.
Example:
    categroy: Code Development
"""

S103 = """A mapping has every key that its schema requires.

Why: the program has no good guess for it.
Mend: add the key; spec/v1/examples/ has a commented file of each kind.
Example:
    - id: a              # 'requirement' is missing
"""

S104 = """A value has the type that its schema asks for.

Why: "3" and 3, or yes and true, are different values, and a guess is a wrong guess one day.
Mend: put text in quotes that YAML reads as a number; take the quotes off numbers; write true or false for
flags.
Example:
    weight: "3"
"""

S105 = """A value is one of those that its schema lists.

Why: the lists are closed, so that boards can group by them.
Mend: take one of the list; the nearest is proposed.
Example:
    category: Code Developement
"""

S106 = """A number lies in the range that its schema gives.

Why: a weight of 0 or a negative limit has no meaning.
Mend: write a number inside the range that the message names.
Example:
    weight: 0
"""

S107 = """Text has the form that its schema asks for.

Why: ids become folder names, digests are compared, and dates are sorted.
Mend: write it as the message says.
Example:
    id: My Paper          # my-paper
"""

S108 = """Text and lists are neither empty nor too long where the schema says so.

Why: an empty list of agents is a run of nothing; an empty name cannot be spoken of.
Mend: write something, or leave the key out where it is optional.
Example:
    agents: []
"""

R205 = """What a rubric scores changes only together with its `revision`; so does what an overlay's edits do.

Why: a score is named by the rubric's revision. Two rubrics of one revision that score differently are taken
for the same, and whoever reads an old score cannot know that it was another rubric's.
Mend: raise `revision`, once for everything that comes in with one merge. Signing, rationales and comments
need no new revision. `nox -s validate` compares with the target branch, `paperbench check --base REV` with
any other; without git nothing is compared, and a note says so. It cannot be waived.
Example:
    revision: 3      # as on main, and the weight of a leaf is another
"""

R246 = """A hydrated rubric is upstream's, to the byte of its rubric.json, and says nothing beyond it.

Why: git ignores rubrics/<id>.yaml once it is hydrated. What somebody edits there is seen by nobody else, and
their scores would stand beside those of the published rubric.
Mend: put the edits into rubrics/<id>.patch.yaml, which git keeps, and hydrate the paper again with --force.
`nox -s validate` and `paperbench check --base REV` look at it; it cannot be waived.
Example:
    rubrics/rice.yaml:  a criterion was given a weight of 3 by hand
"""

P330 = """What an attempt is given or may not use changes only together with `revision`.

Why: scores of one paper are compared, and two attempts that were given other texts, or forbidden other
places, are no attempts at the same task.
Mend: raise `revision` of paper.yaml when `files`, `needs` or what `source` pins changes, and that of
blacklist.yaml when its entries do. It is compared as for R205, and cannot be waived.
Example:
    revision: 1      # as on main, and paper.md has another sha256
"""
