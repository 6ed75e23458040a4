"""The llm judge's parts: messages, answers, cache, pace, budget, prices, and the one file that calls out."""
