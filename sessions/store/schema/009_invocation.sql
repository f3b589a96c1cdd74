-- Step 9: which runs one start of the program made, so that repeats of one build are known where its commit is not. Of
-- older runs, and of kept traces, it is not known.

ALTER TABLE run ADD COLUMN invocation TEXT;
