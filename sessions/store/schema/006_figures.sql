-- Step 6: figures that have no column of their own, a row each, so that a new figure needs no step.

CREATE TABLE run_figure (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    key   TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE rank_figure (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    rank  INTEGER NOT NULL,
    key   TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run, rank, key)
) STRICT, WITHOUT ROWID;

-- Of the runs that are there already.
INSERT INTO run_figure SELECT run, 'predicted_peak_bytes_max', max(predicted_peak_bytes) FROM rank_metric GROUP BY run;
INSERT INTO run_figure SELECT run, 'compute_seconds_max', max(compute_seconds) FROM rank_metric GROUP BY run;
INSERT INTO run_figure SELECT run, 'wait_seconds_max', max(wait_peer_seconds + wait_link_seconds + wait_core_seconds)
    FROM rank_metric GROUP BY run;
INSERT INTO run_figure SELECT run, 'exposed_transfer_seconds_max', max(exposed_transfer_seconds)
    FROM rank_metric GROUP BY run;
