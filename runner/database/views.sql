-- The score of every trial and judge: what all boards and the benchmark read.
-- SET VARIABLE mode = 'full' | 'code-dev' | 'resources-provided'; unset: each trial's own protocol.
-- SET VARIABLE rule = 'paper-2025' | 'upstream-2026-04'; unset: the rule that each run declares.

CREATE VIEW chosen AS
SELECT g.*, t.* EXCLUDE (trial),
       CAST(coalesce(getvariable('rule'), r.scoring) AS score_rule) AS rule,
       CAST(coalesce(getvariable('mode'), t.protocol) AS score_mode) AS mode
FROM gradings g JOIN trials t USING (trial) JOIN runs r USING (run);

-- Leaf scores are means of repeats, so sums over verdict rows are divided by the repeats once, at the end.
-- Under upstream's rule a failed verdict is a leaf of score 0.
CREATE VIEW sums AS
SELECT v.grading,
       sum(w.weight * v.score) AS earned,
       sum(w.weight) AS known,
       count(*) AS judged
FROM verdicts v
JOIN chosen c ON c.grading = v.grading
JOIN leaf_weights w ON w.leaf = v.leaf AND w.rule = c.rule AND w.mode = c.mode
WHERE v.counts OR c.rule = 'upstream-2026-04'
GROUP BY v.grading;

CREATE VIEW trial_scores AS
WITH joined AS (
    SELECT c.*, x.leaves, x.weight,
           CASE WHEN c.state = 'judged' THEN coalesce(s.earned / c.repeats, 0) ELSE 0 END AS earned,
           CASE WHEN c.state = 'judged' THEN coalesce(s.known / c.repeats, 0) ELSE 0 END AS known,
           CASE c.state WHEN 'judged' THEN coalesce(s.judged // c.repeats, 0)
                        WHEN 'zero' THEN x.leaves ELSE 0 END AS judged
    FROM chosen c
    LEFT JOIN sums s USING (grading)
    LEFT JOIN rubric_views x ON x.rubric = c.rubric AND x.rule = c.rule AND x.mode = c.mode
)
SELECT grading, trial, run, id, paper, agent, agent_label, agent_digest, attempt, papers, protocol,
       judge, kind AS judge_kind, model AS judge_model, rule, mode, state, why, weaker,
       left(sha256(concat_ws(' ', conditions, judge, rule, mode)), 10) AS key,
       coalesce(made_at, finished_at) AS arrived_at,
       judged, leaves,
       CASE WHEN leaves IS NULL THEN 0 WHEN leaves = 0 THEN 1 ELSE judged / leaves END AS coverage,
       -- by count, so that no rounding can make a missing leaf look judged
       leaves IS NOT NULL AND state <> 'open' AND judged = leaves AS complete,
       -- null: no leaf is in view, or upstream would have no grade
       CASE WHEN leaves IS NULL OR (rule = 'upstream-2026-04' AND NOT complete) THEN NULL
            ELSE earned END AS lower,
       CASE WHEN leaves IS NULL OR (rule = 'upstream-2026-04' AND NOT complete) THEN NULL
            WHEN complete THEN earned
            ELSE least(1, earned + greatest(weight - known, 0)) END AS upper
FROM joined;
