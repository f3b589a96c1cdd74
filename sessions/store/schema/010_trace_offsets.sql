-- Step 10: what a person adds to a kept trace's times where it lies on one clock with others, because its own clock was
-- wrong or says nothing.

ALTER TABLE kept_trace ADD COLUMN offset_ns INTEGER NOT NULL DEFAULT 0;
