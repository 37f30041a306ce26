"""Our speed beside a limit written by hand that does the same durable work, in one run, turn and turn about."""
