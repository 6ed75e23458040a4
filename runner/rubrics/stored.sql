-- Question: which stored scores rest on this rubric, whose digest is $1?
-- Columns: those of trial_scores; repeats (verdicts a leaf), deciders (who decided any of its leaves).
SELECT s.grading, s.run, s.id, s.agent_label, s.agent_digest, s.judge_label, s.key, s.protocol, s.mode, s.rule, s.state,
       coalesce(g.repeats, 1) AS repeats, coalesce(v.deciders, []) AS deciders,
       s.lower, s.upper, s.judged, coalesce(s.leaves, 0) AS leaves
FROM trial_scores s
JOIN gradings g USING (grading)
JOIN rubrics b ON b.rubric = g.rubric
LEFT JOIN (SELECT grading, list(DISTINCT judged_by) AS deciders FROM verdicts GROUP BY grading) v USING (grading)
WHERE b.digest = $1
ORDER BY s.agent_label, s.agent_digest, s.judge_label, s.run, s.id;
