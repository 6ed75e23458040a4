"""A rubric to sign, and who signs it."""

RUBRIC = """\
# A comment on top.
schema: rubric/v1
paper: demo
revision: 1
status: in_review   # soon

# The tree.
criterion:
  id: demo
  requirement: The paper is replicated.   # as a whole
  children:
    - id: method
      requirement: The optimiser is implemented.
      children:
        - {id: step, requirement: The step size is 0.1., category: Code Development}
        - {id: decay, requirement: It decays to 0.01., category: Code Development}
    - {id: runs, requirement: reproduce.sh ends with status 0., category: Code Execution}
"""
ADA = ["--name", "Ada Example", "--role", "paper_author"]
NED = ["--name", "Ned Example", "--role", "expert"]
