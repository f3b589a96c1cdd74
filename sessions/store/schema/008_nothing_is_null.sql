-- Step 8: what is not known is NULL. A kept trace has no figures, a run that did not end has none either, and a run that
-- succeeded has no error: an analyst's min(seconds) is that of a run. Texts are valid UTF-8 without NUL, so that every
-- program reads them. A number is given once, also when its run was deleted.
-- SQLite drops no NOT NULL: the table is made again. Views of other programs stay as they are (legacy_alter_table);
-- their indices are made again by migrations.cpp.

PRAGMA legacy_alter_table = ON;

CREATE TABLE run_of_step_8 (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid               TEXT NOT NULL UNIQUE,
    kind               TEXT NOT NULL DEFAULT 'run' CHECK (kind IN ('run', 'trace')),
    name               TEXT NOT NULL,
    note               TEXT NOT NULL DEFAULT '',
    baseline           INTEGER NOT NULL DEFAULT 0 CHECK (baseline IN (0, 1)),
    archived           INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    started_utc_ms     INTEGER NOT NULL,
    saved_utc_ms       INTEGER NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('done', 'failed', 'cancelled')),
    error              TEXT,
    error_kind         TEXT CHECK (error_kind IN ('bad_input', 'run_failed', 'io', 'cancelled')),
    origin             TEXT NOT NULL DEFAULT 'measured'
                       CHECK (origin IN ('measured', 'replayed', 'simulated', 'imported')),
    experiment_hash    TEXT,
    settings           TEXT NOT NULL,
    -- provenance
    version            TEXT NOT NULL,
    revision           TEXT,
    host               TEXT,
    cpu                TEXT,
    cores              INTEGER,
    memory_bytes       INTEGER,
    os                 TEXT,
    device             TEXT,
    kernel             TEXT,
    transport          TEXT,
    threads            INTEGER,
    input_name         TEXT,
    -- what lists show, sort and filter by
    dtype              TEXT,
    seq_len            INTEGER,
    ranks              INTEGER,
    strategy           TEXT,
    layout             TEXT,
    seconds            REAL,
    flops              REAL,
    gflops_per_second  REAL,
    bytes_on_wire      INTEGER,
    overlap_efficiency REAL,
    compute_imbalance  REAL,
    peak_bytes         INTEGER,
    wall_ns            INTEGER,
    spans              INTEGER NOT NULL,
    output_bytes       INTEGER
) STRICT;

INSERT INTO run_of_step_8 (
    id, uuid, kind, name, note, baseline, archived, started_utc_ms, saved_utc_ms, state, error, error_kind, origin,
    experiment_hash, settings, version, revision, host, cpu, cores, memory_bytes, os, device, kernel, transport, threads,
    input_name, dtype, seq_len, ranks, strategy, layout, seconds, flops, gflops_per_second, bytes_on_wire,
    overlap_efficiency, compute_imbalance, peak_bytes, wall_ns, spans, output_bytes)
SELECT
    id, uuid, kind, valid_text(name), valid_text(note), baseline, archived, started_utc_ms, saved_utc_ms, state,
    nullif(valid_text(error), ''), iif(state = 'done', NULL, error_kind), origin, nullif(experiment_hash, ''),
    valid_text(settings), valid_text(version), nullif(valid_text(revision), ''), nullif(valid_text(host), ''),
    nullif(valid_text(cpu), ''), nullif(cores, 0), nullif(memory_bytes, 0), nullif(valid_text(os), ''),
    nullif(valid_text(device), ''), nullif(valid_text(kernel), ''), nullif(valid_text(transport), ''),
    nullif(threads, 0), nullif(valid_text(input_name), ''), nullif(valid_text(dtype), ''),
    iif(kind = 'trace', NULL, seq_len), iif(kind = 'trace', NULL, ranks), nullif(valid_text(strategy), ''),
    nullif(valid_text(layout), ''), iif(ended, seconds, NULL), iif(ended, flops, NULL),
    iif(ended, gflops_per_second, NULL), iif(ended, bytes_on_wire, NULL), iif(ended, overlap_efficiency, NULL),
    iif(ended, compute_imbalance, NULL), iif(ended, peak_bytes, NULL), nullif(wall_ns, 0), spans,
    iif(kind = 'trace', NULL, output_bytes)
FROM (SELECT *, kind = 'run' AND state = 'done' AS ended FROM run) ORDER BY id;

DROP TABLE run;
ALTER TABLE run_of_step_8 RENAME TO run;
CREATE INDEX run_by_experiment ON run (experiment_hash);

PRAGMA legacy_alter_table = OFF;

DELETE FROM run_figure WHERE run IN (SELECT id FROM run WHERE kind = 'trace' OR state <> 'done');

-- Two tags of a run may turn out to be one.
UPDATE OR REPLACE run_tag SET tag = valid_text(tag) WHERE tag <> valid_text(tag);
UPDATE experiment SET json = valid_text(json), fields = valid_text(fields)
    WHERE json <> valid_text(json) OR fields <> valid_text(fields);
UPDATE kept_trace SET file_name = valid_text(file_name) WHERE file_name <> valid_text(file_name);
