"""The stages of a trial: rollout, reproduce, grading; each is harmless to run again."""
