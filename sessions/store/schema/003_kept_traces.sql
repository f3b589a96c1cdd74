-- Step 3: traces of other programs, kept as the files they came in. A kept trace is a row of run, so that name, note,
-- tags, archive, copying and deleting are the same for both; it has no experiment, ranks, verification or figures.

ALTER TABLE run ADD COLUMN kind TEXT NOT NULL DEFAULT 'run' CHECK (kind IN ('run', 'trace'));

CREATE TABLE kept_trace (
    run       INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    file_name TEXT NOT NULL,
    bytes     INTEGER NOT NULL,
    hash      TEXT NOT NULL,  -- of the file's bytes, to know it again
    packed    INTEGER NOT NULL CHECK (packed IN (0, 1))  -- 1: the chunks are its gzip; 0: the file itself
) STRICT;

-- The file in pieces of kTraceChunkBytes (sessions/kept_trace.h).
CREATE TABLE kept_trace_chunk (
    run   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    chunk INTEGER NOT NULL,
    data  BLOB NOT NULL,
    PRIMARY KEY (run, chunk)
) STRICT;
