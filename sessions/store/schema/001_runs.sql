-- Step 1: runs, their settings and figures, and what happened in them.
-- Once shipped a step is never edited; see sessions/migrations.h for how one is added.

CREATE TABLE run (
    id                 INTEGER PRIMARY KEY,
    uuid               TEXT NOT NULL UNIQUE,
    name               TEXT NOT NULL,
    note               TEXT NOT NULL DEFAULT '',
    baseline           INTEGER NOT NULL DEFAULT 0 CHECK (baseline IN (0, 1)),
    archived           INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    started_utc_ms     INTEGER NOT NULL,
    saved_utc_ms       INTEGER NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('done', 'failed', 'cancelled')),
    error              TEXT NOT NULL,
    error_kind         TEXT NOT NULL CHECK (error_kind IN ('bad_input', 'run_failed', 'io', 'cancelled')),
    experiment_hash    TEXT NOT NULL,
    settings           TEXT NOT NULL,
    -- provenance
    version            TEXT NOT NULL,
    host               TEXT NOT NULL,
    cpu                TEXT NOT NULL,
    cores              INTEGER NOT NULL,
    memory_bytes       INTEGER NOT NULL,
    os                 TEXT NOT NULL,
    device             TEXT NOT NULL,
    kernel             TEXT NOT NULL,
    transport          TEXT NOT NULL,
    threads            INTEGER NOT NULL,
    input_name         TEXT NOT NULL,
    -- what lists show, sort and filter by
    dtype              TEXT NOT NULL,
    seq_len            INTEGER NOT NULL,
    ranks              INTEGER NOT NULL,
    strategy           TEXT NOT NULL,
    layout             TEXT NOT NULL,
    seconds            REAL NOT NULL,
    flops              REAL NOT NULL,
    gflops_per_second  REAL NOT NULL,
    bytes_on_wire      INTEGER NOT NULL,
    overlap_efficiency REAL NOT NULL,
    compute_imbalance  REAL NOT NULL,
    peak_bytes         INTEGER NOT NULL,
    wall_ns            INTEGER NOT NULL,
    spans              INTEGER NOT NULL
) STRICT;

CREATE INDEX run_by_experiment ON run (experiment_hash);

CREATE TABLE run_tag (
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;

-- The experiment file's text, from which the schedule is planned again.
CREATE TABLE experiment (
    run  INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    json TEXT NOT NULL
) STRICT;

-- Every field of the experiment, so that runs can be told apart by one of them.
CREATE TABLE param (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    path  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE rank_metric (
    run                      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    rank                     INTEGER NOT NULL,
    peak_bytes               INTEGER NOT NULL,
    predicted_peak_bytes     INTEGER NOT NULL,
    peak_query               INTEGER NOT NULL,
    peak_own_kv              INTEGER NOT NULL,
    peak_travelling_kv       INTEGER NOT NULL,
    peak_output              INTEGER NOT NULL,
    peak_lse                 INTEGER NOT NULL,
    peak_workspace           INTEGER NOT NULL,
    sent_bytes               INTEGER NOT NULL,
    received_bytes           INTEGER NOT NULL,
    compute_seconds          REAL NOT NULL,
    core_seconds             REAL NOT NULL,
    pack_seconds             REAL NOT NULL,
    merge_seconds            REAL NOT NULL,
    exposed_transfer_seconds REAL NOT NULL,
    wait_peer_seconds        REAL NOT NULL,
    wait_link_seconds        REAL NOT NULL,
    wait_core_seconds        REAL NOT NULL,
    idle_seconds             REAL NOT NULL,
    transfer_seconds         REAL NOT NULL,
    PRIMARY KEY (run, rank)
) STRICT, WITHOUT ROWID;

-- An error is NULL when it was not a number.
CREATE TABLE verification (
    run                    INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    checked_rows           INTEGER NOT NULL,
    total_rows             INTEGER NOT NULL,
    max_abs_error          REAL,
    relative_error         REAL,
    max_lse_error          REAL,
    allowed_relative_error REAL NOT NULL,
    wrong_empty_rows       INTEGER NOT NULL,
    coverage_ok            INTEGER NOT NULL CHECK (coverage_ok IN (0, 1)),
    passed                 INTEGER NOT NULL CHECK (passed IN (0, 1))
) STRICT;

-- Spans, transfer times and memory samples, packed (sessions/trace_codec.h): a tenth of the size and time of rows.
CREATE TABLE trace_chunk (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    kind   TEXT NOT NULL CHECK (kind IN ('spans', 'transfers', 'memory')),
    chunk  INTEGER NOT NULL,
    items  INTEGER NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (run, kind, chunk)
) STRICT;
