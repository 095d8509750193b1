// Benchmarks: one file a subject, each printing a table or, with --json, one line a figure.
