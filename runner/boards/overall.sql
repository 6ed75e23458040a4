-- Question: how do the agents rank?
-- A row is an agent under one comparability key; rows of different keys are never merged, nor ranked against each other.
-- Columns: rank (1 + rows of its key that are certainly better; null: not ranked), tied (its interval overlaps that of
--   another ranked row), agent, label, score (0..1; mean over papers, then over attempts; null unless every leaf is judged),
--   standard_error (of the attempts' means; ddof 1), lower and upper (0..1; what unjudged leaves leave open),
--   coverage (0..1; share of leaves judged, by count), attempts, papers, unsigned (papers whose rubric was
--   not signed_off when the run was planned, by what it was instead; null where all were), judge, mode, rule, key, runs,
--   remark.
-- SET VARIABLE mode = 'full' | 'code-dev' | 'resources-provided'; unset: each trial's own protocol.
-- SET VARIABLE rule = 'paper-2025' | 'upstream-2026-04'; unset: the rule that each run declares.
-- SET VARIABLE min_coverage = 0.9 ranks rows that are judged that far, by their lower bound; unset: 1.
WITH groups AS (
    SELECT agent, agent_digest, key, rule, mode, papers,
           max(agent_label) AS label, max(judge_label) AS judge,
           string_agg(DISTINCT run, ', ' ORDER BY run) AS runs,
           count(DISTINCT (run, attempt)) AS attempts,
           count(DISTINCT trial) FILTER (weaker) AS weaker,
           nullif(concat_ws(', ', nullif(count(DISTINCT paper) FILTER (rubric_status = 'draft'), 0) || ' draft',
                            nullif(count(DISTINCT paper) FILTER (rubric_status = 'in_review'), 0) || ' in_review',
                            nullif(count(DISTINCT paper) FILTER (rubric_status = 'snapshot'), 0) || ' snapshot',
                            nullif(count(DISTINCT paper) FILTER (rubric_status = 'unknown'), 0) || ' unknown'),
                  '') AS unsigned
    FROM trial_scores GROUP BY ALL
),
-- paper-2025: an attempt is the mean over the declared papers; a paper without a trial is [0, 1]
attempts AS (
    SELECT agent, agent_digest, key, run, attempt,
           sum(coalesce(lower, 0)) / papers AS lower,
           (sum(coalesce(upper, 1)) + papers - count(*)) / papers AS upper,
           sum(coverage) / papers AS coverage,
           bool_and(complete) AND count(*) = papers AS complete
    FROM trial_scores WHERE rule = 'paper-2025'
    GROUP BY agent, agent_digest, key, run, attempt, papers
),
by_paper_2025 AS (
    SELECT agent, agent_digest, key,
           avg(lower) AS lower, avg(upper) AS upper, avg(coverage) AS coverage, bool_and(complete) AS complete,
           CASE WHEN bool_and(complete) THEN stddev_samp(lower) / sqrt(count(*)) END AS standard_error,
           count(*) AS attempts
    FROM attempts GROUP BY agent, agent_digest, key
),
-- upstream-2026-04: graded results are dealt into attempts in order of arrival, so that gaps close up;
-- only attempts that have every paper count
dealt AS (
    SELECT agent, agent_digest, key, papers, lower,
           row_number() OVER (PARTITION BY agent, agent_digest, key, paper ORDER BY arrived_at, run, attempt) AS seed
    FROM trial_scores WHERE rule = 'upstream-2026-04' AND complete AND state = 'judged'
),
seeds AS (
    SELECT agent, agent_digest, key, seed, avg(lower) AS score
    FROM dealt GROUP BY agent, agent_digest, key, seed, papers HAVING count(*) = papers
),
by_upstream AS (
    SELECT agent, agent_digest, key, avg(score) AS score,
           stddev_samp(score) / sqrt(count(*)) AS standard_error, count(*) AS attempts
    FROM seeds GROUP BY agent, agent_digest, key
),
measured AS (
    SELECT g.* EXCLUDE (attempts),
           coalesce(p.lower, u.score) AS lower, coalesce(p.upper, u.score) AS upper,
           CASE WHEN g.rule = 'paper-2025' THEN p.coverage END AS coverage,
           coalesce(p.complete, u.score IS NOT NULL) AS complete,
           coalesce(p.standard_error, u.standard_error) AS standard_error,
           CASE WHEN g.rule = 'paper-2025' THEN g.attempts ELSE coalesce(u.attempts, 0) END AS attempts
    FROM groups g
    LEFT JOIN by_paper_2025 p
           ON p.agent = g.agent AND p.key = g.key AND p.agent_digest IS NOT DISTINCT FROM g.agent_digest
    LEFT JOIN by_upstream u
           ON u.agent = g.agent AND u.key = g.key AND u.agent_digest IS NOT DISTINCT FROM g.agent_digest
),
eligible AS (
    SELECT *, row_number() OVER (ORDER BY key, agent, agent_digest) AS row_id,
           weaker = 0 AND (complete OR coverage >= getvariable('min_coverage')) IS TRUE AS ranked
    FROM measured
),
compared AS (
    SELECT a.row_id,
           count(*) FILTER (round(b.lower, 12) > round(a.upper, 12)) AS better,
           count(*) FILTER (b.row_id <> a.row_id AND round(b.lower, 12) <= round(a.upper, 12)
                            AND round(a.lower, 12) <= round(b.upper, 12)) AS overlapping
    FROM eligible a JOIN eligible b ON a.key = b.key AND a.ranked AND b.ranked
    GROUP BY a.row_id
)
SELECT CASE WHEN ranked THEN 1 + better END AS rank,
       ranked AND overlapping > 0 AS tied,
       agent, label,
       CASE WHEN complete THEN lower END AS score,
       standard_error, lower, upper, coverage, attempts, papers, unsigned, judge, mode, rule, key, runs,
       CASE WHEN weaker > 0 THEN 'not ranked: isolation weaker than declared in ' || weaker || ' of its trials'
            WHEN lower IS NULL THEN 'not ranked: no attempt has a grade for every paper'
            WHEN NOT ranked THEN 'not ranked: leaves are not judged yet'
       END AS remark
FROM eligible LEFT JOIN compared USING (row_id)
ORDER BY max(coalesce(CASE WHEN ranked THEN lower END, -1)) OVER (PARTITION BY key) DESC, key,
         ranked DESC, lower DESC NULLS LAST, agent;
