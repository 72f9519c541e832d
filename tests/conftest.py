"""Programs that tests start in processes of their own are no tests themselves."""

collect_ignore_glob = ["*/*_program.py"]
