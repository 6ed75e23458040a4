-- Question: where do the points come from?
-- A row is an agent under one comparability key and one category of leaves.
-- Points are shares of the root's score, means over the trials; possible points of all categories add up to 1
--   (or less where upstream's rule drags a perfect score down). score is earned / possible, so leaves keep the weight
--   they have in the whole tree: it is not the score of the tree pruned to the category, whose weights differ.
-- Columns: agent, label, category, score (0..1; null unless every leaf is judged), lower and upper (0..1, of the possible
--   points), earned (points, lower bound), possible (points), coverage (0..1; share of leaves judged, by count),
--   trials, unsigned (papers whose rubric was not signed_off when the run was planned, by what it was instead; null where
--   all were), judge, mode, rule, key.
-- SET VARIABLE mode = 'full' | 'code-dev' | 'resources-provided'; unset: each trial's own protocol.
-- SET VARIABLE rule = 'paper-2025' | 'upstream-2026-04'; unset: the rule that each run declares.
WITH points AS (
    SELECT v.grading, l.category,
           sum(w.weight * v.score) AS earned, sum(w.weight) AS known, count(*) AS judged
    FROM verdicts v
    JOIN chosen c ON c.grading = v.grading
    JOIN leaves l ON l.leaf = v.leaf
    JOIN leaf_weights w ON w.leaf = v.leaf AND w.rule = c.rule AND w.mode = c.mode
    WHERE v.counts OR c.rule = 'upstream-2026-04'
    GROUP BY v.grading, l.category
),
shares AS (
    SELECT l.rubric, l.category, w.rule, w.mode, sum(w.weight) AS possible, count(*) AS leaves
    FROM leaves l JOIN leaf_weights w USING (leaf) GROUP BY ALL
),
trials_by_category AS (
    SELECT t.agent, t.agent_label, t.agent_digest, t.judge_label, t.mode, t.rule, t.key, t.state, t.paper,
           t.rubric_status, s.category, s.possible, s.leaves,
           CASE t.state WHEN 'judged' THEN coalesce(p.earned / g.repeats, 0) ELSE 0 END AS earned,
           CASE t.state WHEN 'judged' THEN coalesce(p.known / g.repeats, 0)
                        WHEN 'zero' THEN s.possible ELSE 0 END AS known,
           CASE t.state WHEN 'judged' THEN coalesce(p.judged // g.repeats, 0)
                        WHEN 'zero' THEN s.leaves ELSE 0 END AS judged
    FROM trial_scores t
    JOIN gradings g USING (grading)
    JOIN shares s ON s.rubric = g.rubric AND s.rule = t.rule AND s.mode = t.mode
    LEFT JOIN points p ON p.grading = t.grading AND p.category = s.category
    WHERE t.rule = 'paper-2025' OR t.complete  -- upstream has no grade of what is not judged to the end
)
SELECT agent, max(agent_label) AS label, category,
       CASE WHEN bool_and(judged = leaves) THEN sum(earned) / sum(possible) END AS score,
       sum(earned) / sum(possible) AS lower,
       sum(earned + CASE WHEN judged = leaves THEN 0 ELSE greatest(possible - known, 0) END) / sum(possible) AS upper,
       avg(earned) AS earned, avg(possible) AS possible,
       sum(judged) / sum(leaves) AS coverage, count(*) AS trials,
       nullif(concat_ws(', ', nullif(count(DISTINCT paper) FILTER (rubric_status = 'draft'), 0) || ' draft',
                        nullif(count(DISTINCT paper) FILTER (rubric_status = 'in_review'), 0) || ' in_review',
                        nullif(count(DISTINCT paper) FILTER (rubric_status = 'snapshot'), 0) || ' snapshot',
                        nullif(count(DISTINCT paper) FILTER (rubric_status = 'unknown'), 0) || ' unknown'),
              '') AS unsigned,
       max(judge_label) AS judge, mode, rule, key
FROM trials_by_category
GROUP BY agent, agent_digest, category, mode, rule, key
ORDER BY key, agent, category;
