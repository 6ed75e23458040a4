-- The tables of runs/paperbench.duckdb. `paperbench collect` makes them afresh from the run folders, which stay
-- the truth; everybody else opens the file read-only. Texts (requirements, explanations, answers) stay in the folders.

CREATE TYPE score_rule AS ENUM ('paper-2025', 'upstream-2026-04');
CREATE TYPE score_mode AS ENUM ('full', 'code-dev', 'resources-provided');

-- Which layout this file has.
CREATE TABLE about (
    layout INTEGER NOT NULL,  -- raised whenever a table or a view changes
    runner VARCHAR NOT NULL   -- version of the program that collected
);

-- One row a run: what its plan.lock says of all its trials.
CREATE TABLE runs (
    run        VARCHAR PRIMARY KEY,  -- the run's folder
    uuid       VARCHAR NOT NULL,
    origin     VARCHAR NOT NULL,     -- planned | imported
    created_at TIMESTAMP NOT NULL,   -- UTC, as every time here
    runner     VARCHAR NOT NULL,     -- version of the program that planned it
    protocol   VARCHAR NOT NULL,     -- full | code-dev | resources-provided: what the trials were asked for
    scoring    score_rule NOT NULL,  -- the rule the run declares
    container  VARCHAR,              -- process | apptainer; null in imported runs, as the next two
    network    VARCHAR,              -- none | open | proxy, or one for each stage
    limits     VARCHAR,              -- declared limits of both stages, as JSON
    judge      VARCHAR               -- digest of the planned judge
);

-- One row a paper of a run: the digests that its trials are pinned to.
CREATE TABLE papers (
    run              VARCHAR NOT NULL,
    paper            VARCHAR NOT NULL,
    title            VARCHAR,
    rubric_digest    VARCHAR NOT NULL,
    rubric_status    VARCHAR NOT NULL,  -- when planned: draft | in_review | signed_off | snapshot | unknown
    paper_digest     VARCHAR NOT NULL,
    blacklist_digest VARCHAR
);

-- One row a rubric, whatever runs use it.
CREATE TABLE rubrics (
    rubric   INTEGER PRIMARY KEY,
    digest   VARCHAR NOT NULL,  -- of everything in it that can change a verdict or a score
    paper    VARCHAR NOT NULL,
    revision INTEGER,
    source   VARCHAR            -- where a tree that is no rubric of ours came from
);

-- One row a leaf of a rubric.
CREATE TABLE leaves (
    leaf     INTEGER PRIMARY KEY,
    rubric   INTEGER NOT NULL,
    path     VARCHAR NOT NULL,  -- ids from the root to the leaf, joined by /
    digest   VARCHAR NOT NULL,  -- of the texts along the path, its own text, category and check
    category VARCHAR,           -- Code Development | Code Execution | Result Analysis | Subtree
    facet    VARCHAR
);

-- The share of the root's score that a leaf holds under a rule and a mode; leaves that hold none have no row.
CREATE TABLE leaf_weights (
    rubric INTEGER NOT NULL,
    leaf   INTEGER NOT NULL,
    rule   score_rule NOT NULL,
    mode   score_mode NOT NULL,
    weight DOUBLE NOT NULL  -- 0..1
);

-- What a rule and a mode leave of a rubric; no row where they leave nothing that has a score.
CREATE TABLE rubric_views (
    rubric INTEGER NOT NULL,
    rule   score_rule NOT NULL,
    mode   score_mode NOT NULL,
    leaves INTEGER NOT NULL,  -- leaves that hold a share
    weight DOUBLE NOT NULL    -- their shares together: 1, or less where upstream's rule drags a perfect score down
);

-- One row a trial: one attempt of one agent at one paper.
CREATE TABLE trials (
    trial           INTEGER PRIMARY KEY,
    run             VARCHAR NOT NULL,
    id              VARCHAR NOT NULL,  -- paper/agent/n, its folder under the run's trials/
    paper           VARCHAR NOT NULL,
    agent           VARCHAR NOT NULL,
    agent_label     VARCHAR NOT NULL,  -- what boards call it
    agent_digest    VARCHAR,           -- of its config; null in imported runs
    attempt         INTEGER NOT NULL,  -- from 1
    protocol        score_mode NOT NULL,
    rubric          INTEGER NOT NULL,
    rubric_status   VARCHAR NOT NULL,  -- when planned: draft | in_review | signed_off | snapshot | unknown
    papers          INTEGER NOT NULL,  -- size of the declared paper set
    conditions      VARCHAR NOT NULL,  -- digest of paper set, rubrics, paper texts, protocol, limits, network, container
    state           VARCHAR NOT NULL,  -- zero: [0, 0]; open: [0, 1]; judged: verdicts decide
    why             VARCHAR,           -- the reason of zero or open
    weaker          BOOLEAN NOT NULL,  -- observed isolation was weaker than declared
    made_at         TIMESTAMP          -- when the attempt was made, where an import knows it
);

-- One row a finished stage of a trial, from its outcome.json.
CREATE TABLE stages (
    trial            INTEGER NOT NULL,
    stage            VARCHAR NOT NULL,  -- rollout | reproduce | grading
    judge            VARCHAR,           -- digest; in grading only
    failure_class    VARCHAR NOT NULL,  -- none | agent | submission | infrastructure | judge
    reason           VARCHAR NOT NULL,
    exit_status      INTEGER,
    started_at       TIMESTAMP NOT NULL,
    finished_at      TIMESTAMP NOT NULL,
    duration_seconds DOUBLE NOT NULL,
    host             VARCHAR NOT NULL,
    tries            INTEGER NOT NULL,
    image            VARCHAR,
    declared         VARCHAR,           -- isolation, as JSON
    observed         VARCHAR,           -- isolation, as JSON
    cleaned          BOOLEAN            -- by git before; NULL where the run does not ask for it
);

-- One row a trial and judge, also where that judge has not begun.
CREATE TABLE gradings (
    grading     INTEGER PRIMARY KEY,
    trial       INTEGER NOT NULL,
    rubric      INTEGER NOT NULL,     -- the trial's, as are the next three: copies that save every score two joins
    protocol    score_mode NOT NULL,
    scoring     score_rule NOT NULL,
    state       VARCHAR NOT NULL,
    judge       VARCHAR NOT NULL,     -- digest of the judge's config
    kind        VARCHAR NOT NULL,     -- what the judge calls itself
    model       VARCHAR,
    repeats     INTEGER,              -- how often each leaf is judged; null until a judge that was not planned is through
    finished_at TIMESTAMP,
    unmatched   INTEGER NOT NULL      -- verdicts on leaves that the trial's rubric does not have (any more)
);

-- The standing verdict of each grading, leaf and repeat: the first that is not failed, else the last failed one.
CREATE TABLE verdicts (
    grading         INTEGER NOT NULL,
    leaf            INTEGER NOT NULL,
    repeat          INTEGER NOT NULL,
    score           DOUBLE,            -- 0..1; null: failed
    counts          BOOLEAN NOT NULL,  -- all declared repeats of this leaf are there, so that it has a score
    verdict         VARCHAR NOT NULL,  -- met | unmet | score | failed
    judged_by       VARCHAR NOT NULL,  -- check | rule | llm | replay | constant | random | human | imported
    reason          VARCHAR,
    evidence_origin VARCHAR,           -- made | pre_existing | mixed | none
    judged_at       TIMESTAMP NOT NULL
);

-- One row a model call, from the ledgers.
CREATE TABLE calls (
    trial           INTEGER NOT NULL,
    judge           VARCHAR NOT NULL,
    id              VARCHAR NOT NULL,
    called_at       TIMESTAMP NOT NULL,
    kind            VARCHAR NOT NULL,  -- grade | rank | parse | rollout; summary: the totals of an imported grading
    model           VARCHAR NOT NULL,
    tokens_in       BIGINT NOT NULL,
    tokens_cached   BIGINT NOT NULL,   -- part of tokens_in
    tokens_out      BIGINT NOT NULL,
    cost_usd        DOUBLE,            -- null: no price is known
    latency_seconds DOUBLE,
    tries           INTEGER NOT NULL,
    status          VARCHAR NOT NULL
);
