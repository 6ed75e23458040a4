-- Question: what did every trial score?
-- A row is a trial under one judge.
-- Columns: paper, agent, label, attempt, score (0..1; null unless every leaf is judged), lower and upper (0..1; what unjudged
--   leaves leave open; both null where the rule has no grade), coverage (0..1; share of leaves judged, by count),
--   judged and leaves (counts), unsigned (what the rubric was when the run was planned; null: signed_off), judge,
--   mode, rule, run, trial, key, remark.
-- SET VARIABLE mode = 'full' | 'code-dev' | 'resources-provided'; unset: each trial's own protocol.
-- SET VARIABLE rule = 'paper-2025' | 'upstream-2026-04'; unset: the rule that each run declares.
SELECT paper, agent, agent_label AS label, attempt,
       CASE WHEN complete THEN lower END AS score,
       lower, upper, coverage, judged, leaves,
       nullif(rubric_status, 'signed_off') AS unsigned, judge_label AS judge, mode, rule, run, id AS trial, key,
       CASE WHEN weaker THEN 'isolation weaker than declared'
            WHEN leaves IS NULL THEN 'the rubric has no leaf in this mode'
            ELSE why END AS remark
FROM trial_scores
ORDER BY paper, mode, key, lower DESC NULLS LAST, agent, run, attempt;
