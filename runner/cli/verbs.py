"""The verbs of the command, by hand: name, module, one line."""

VERBS: dict[str, tuple[str, str]] = {
    "check": ("runner.cli.check", "validate papers, rubrics and configs"),
    "rubric": ("runner.cli.rubric", "look at, compare, format, start and sign rubrics"),
    "build": ("runner.cli.build", "build, list and prune the images that stages run in"),
    "plan": ("runner.cli.plan", "write plan.lock: everything a run will do"),
    "run": ("runner.cli.run", "plan if needed, then run every trial on this machine"),
    "resume": ("runner.cli.resume", "go on with a run that was interrupted"),
    "status": ("runner.cli.status", "how far a run is"),
    "judge": ("runner.cli.judge", "grade, or grade again, the trials of a run"),
    "hydrate": ("runner.cli.hydrate", "fetch the texts and rubrics that papers pin"),
    "import": ("runner.cli.import_", "take over upstream's papers or grade files"),
    "export": ("runner.cli.export", "give out a rubric, recorded answers or tables"),
    "collect": ("runner.cli.collect", "gather all runs into one database"),
    "score": ("runner.cli.score", "the score of one trial, criterion by criterion"),
    "board": ("runner.cli.board", "leaderboards"),
    "sql": ("runner.cli.sql", "ask the database"),
}
