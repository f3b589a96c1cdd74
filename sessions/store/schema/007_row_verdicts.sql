-- Step 7: a verification judges every row by its own bound (engine/run/rounding_bound.h), no longer by one relative error
-- over all rows. What older runs were told stays; they have no worst row.

ALTER TABLE verification DROP COLUMN allowed_relative_error;
ALTER TABLE verification ADD COLUMN max_row_relative_error REAL;
ALTER TABLE verification ADD COLUMN wrong_o_rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE verification ADD COLUMN wrong_lse_rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE verification ADD COLUMN unjudged_rows INTEGER NOT NULL DEFAULT 0;

-- The row that comes nearest to its bound or goes furthest beyond it, of o and of lse; and the first that is wrongly empty,
-- or not. An error is NULL when it was not a number.
CREATE TABLE worst_row (
    run         INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    what        TEXT NOT NULL CHECK (what IN ('o', 'lse', 'empty')),
    batch_index INTEGER NOT NULL,
    head        INTEGER NOT NULL,
    token       INTEGER NOT NULL,
    error       REAL,
    allowed     REAL,
    PRIMARY KEY (run, what)
) STRICT, WITHOUT ROWID;
