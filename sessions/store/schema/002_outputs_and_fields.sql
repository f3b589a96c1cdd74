-- Step 2: outputs that were asked for, the commit that the program was built from, and an experiment's fields as one
-- text, so that a list of runs is filtered by any of them without a row a field.

ALTER TABLE run ADD COLUMN revision TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN output_bytes INTEGER NOT NULL DEFAULT 0;

-- Every field on a line that begins with a line feed: "\nring.ranks=4\nring.layout=contiguous ..."
ALTER TABLE experiment ADD COLUMN fields TEXT NOT NULL DEFAULT '';
UPDATE experiment SET fields = coalesce(
    (SELECT group_concat(char(10) || path || '=' || replace(value, char(10), ' '), '')
     FROM param WHERE param.run = experiment.run), '');
DROP TABLE param;

-- o (b, n, h, d) and lse (b, h, n): F32, little-endian, in pieces of kOutputChunkBytes (sessions/run_output.h).
CREATE TABLE output_chunk (
    run    INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    tensor TEXT NOT NULL CHECK (tensor IN ('o', 'lse')),
    chunk  INTEGER NOT NULL,
    data   BLOB NOT NULL,
    PRIMARY KEY (run, tensor, chunk)
) STRICT;
