-- Step 11: what simulated runs were laid out on, and for how long the work of each step of a measured run had a core,
-- which a replay needs.

CREATE TABLE simulation (
    run     INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    machine TEXT NOT NULL,
    model   TEXT NOT NULL,
    options TEXT NOT NULL,
    trials  TEXT NOT NULL
) STRICT;

CREATE TABLE step_work (
    run       INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    rank      INTEGER NOT NULL,
    step      INTEGER NOT NULL,
    attend_ns INTEGER NOT NULL,
    pack_ns   INTEGER NOT NULL,
    copy_ns   INTEGER NOT NULL,
    merge_ns  INTEGER NOT NULL,
    PRIMARY KEY (run, rank, step)
) STRICT, WITHOUT ROWID;
