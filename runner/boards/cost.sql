-- Question: what did judging and rolling out cost?
-- A row is a trial, judge and model (level trial), all trials of an agent under a judge and model (agent), a judge and
--   model (judge), or everything (all).
-- Columns: level, run, agent, paper, attempt, judge, model, calls (null where an import knows totals only), tokens_in,
--   tokens_cached (part of tokens_in), tokens_out, cost_usd (US dollars; null where a price is not known), unpriced
--   (ledger lines without a price).
WITH priced AS (
    SELECT t.run, t.agent, t.paper, t.attempt, t.trial, coalesce(g.kind, c.judge) AS judge, c.model,
           c.kind = 'summary' AS summary, c.tokens_in, c.tokens_cached, c.tokens_out, c.cost_usd
    FROM calls c JOIN trials t USING (trial)
    LEFT JOIN gradings g ON g.trial = c.trial AND g.judge = c.judge
)
SELECT CASE grouping(trial, agent, judge) WHEN 0 THEN 'trial' WHEN 4 THEN 'agent' WHEN 6 THEN 'judge'
            ELSE 'all' END AS level,
       run, agent, paper, attempt, judge, model,
       CASE WHEN NOT bool_or(summary) THEN count(*) END AS calls,
       sum(tokens_in)::BIGINT AS tokens_in, sum(tokens_cached)::BIGINT AS tokens_cached,
       sum(tokens_out)::BIGINT AS tokens_out,
       CASE WHEN count(cost_usd) = count(*) THEN sum(cost_usd) END AS cost_usd,
       count(*) - count(cost_usd) AS unpriced
FROM priced
GROUP BY GROUPING SETS ((trial, run, agent, paper, attempt, judge, model), (agent, judge, model), (judge, model), ())
HAVING count(*) > 0
ORDER BY CASE level WHEN 'trial' THEN 0 WHEN 'agent' THEN 1 WHEN 'judge' THEN 2 ELSE 3 END,
         run, agent, paper, attempt, judge, model;
