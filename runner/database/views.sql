-- The score of every trial and judge: what all boards and the benchmark read.
-- SET VARIABLE mode = 'full' | 'code-dev' | 'resources-provided'; unset: each trial's own protocol.
-- SET VARIABLE rule = 'paper-2025' | 'upstream-2026-04'; unset: the rule that each run declares.

CREATE VIEW chosen AS
SELECT *,
       CAST(coalesce(getvariable('rule'), scoring) AS score_rule) AS rule,
       CAST(coalesce(getvariable('mode'), protocol) AS score_mode) AS mode
FROM gradings;

-- Leaf scores are means of repeats, so sums over verdict rows are divided by the repeats once, at the end.
-- Under upstream's rule a failed verdict is a score of 0, so that leaves count there whose every repeat has a verdict.
CREATE VIEW sums AS
SELECT v.grading,
       sum(w.weight * v.score) AS earned,
       sum(w.weight) AS known,
       count(*) AS judged
FROM (
    SELECT grading, leaf, score FROM verdicts WHERE counts
    UNION ALL
    SELECT d.grading, d.leaf, d.score FROM verdicts d JOIN chosen USING (grading)
    WHERE NOT d.counts AND rule = 'upstream-2026-04'
    QUALIFY count(*) OVER (PARTITION BY d.grading, d.leaf) = repeats
) v
JOIN chosen c ON c.grading = v.grading
JOIN leaf_weights w ON w.leaf = v.leaf AND w.rule = c.rule AND w.mode = c.mode
GROUP BY v.grading;

-- Every trial under every judge, by numbers only: leaves in view and judged, points earned and known, lower and upper.
CREATE VIEW grading_scores AS
WITH joined AS (
    SELECT c.grading, c.trial, c.rule, c.mode, c.state, x.leaves, x.weight,
           CASE c.state WHEN 'judged' THEN coalesce(s.earned / c.repeats, 0) ELSE 0 END AS earned,
           CASE c.state WHEN 'judged' THEN coalesce(s.known / c.repeats, 0) ELSE 0 END AS known,
           CASE c.state WHEN 'judged' THEN coalesce(s.judged // c.repeats, 0)
                        WHEN 'zero' THEN x.leaves ELSE 0 END AS judged
    FROM chosen c
    LEFT JOIN sums s USING (grading)
    LEFT JOIN rubric_views x ON x.rubric = c.rubric AND x.rule = c.rule AND x.mode = c.mode
),
counted AS (
    -- complete by count, so that no rounding can make a missing leaf look judged
    SELECT *, (state <> 'open' AND judged = leaves) IS TRUE AS complete FROM joined
),
snapped AS (
    -- a judged score within 1e-12 of 0 or 1 is 0 or 1: a sum of many shares rounds, and all met should be 1
    SELECT * REPLACE (CASE WHEN complete AND abs(earned - round(earned)) < 1e-12 THEN round(earned)
                           ELSE earned END AS earned)
    FROM counted
)
SELECT grading, trial, rule, mode, judged, leaves, complete,
       -- no bounds: no leaf is in view, or upstream would have no grade
       CASE WHEN leaves IS NULL OR (rule = 'upstream-2026-04' AND NOT complete) THEN NULL
            ELSE earned END AS lower,
       CASE WHEN leaves IS NULL OR (rule = 'upstream-2026-04' AND NOT complete) THEN NULL
            WHEN complete THEN earned
            ELSE least(1, earned + greatest(weight - known, 0)) END AS upper
FROM snapped;

-- The same with names: what the boards read.
CREATE VIEW trial_scores AS
SELECT s.grading, s.trial, t.run, t.id, t.paper, t.agent, t.agent_label, t.agent_digest, t.attempt, t.papers, t.protocol, t.rubric_status,
       g.judge, g.kind AS judge_kind, g.model AS judge_model,
       g.kind || coalesce(' (' || g.model || ')', '') AS judge_label, s.rule, s.mode, t.state, t.why, t.weaker,
       left(sha256(concat_ws(' ', t.conditions, g.judge, s.rule, s.mode)), 10) AS key,
       coalesce(t.made_at, g.finished_at) AS arrived_at,
       s.judged, s.leaves,
       CASE WHEN s.leaves IS NULL THEN 0 WHEN s.leaves = 0 THEN s.complete::INTEGER
            ELSE s.judged / s.leaves END AS coverage,
       s.complete, s.lower, s.upper
FROM grading_scores s JOIN gradings g USING (grading) JOIN trials t ON t.trial = s.trial;
