-- Step 11: what simulated runs were laid out on, and what the attention of each step of a measured run took, which a
-- replay needs.

CREATE TABLE simulation (
    run     INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    machine TEXT NOT NULL,
    model   TEXT NOT NULL,
    options TEXT NOT NULL,
    trials  TEXT NOT NULL
) STRICT;

CREATE TABLE step_work (
    run     INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    rank    INTEGER NOT NULL,
    step    INTEGER NOT NULL,
    core_ns INTEGER NOT NULL,
    PRIMARY KEY (run, rank, step)
) STRICT, WITHOUT ROWID;
