-- Step 4: where a run's times come from. What older files hold was measured, but for the traces that they keep.

ALTER TABLE run ADD COLUMN origin TEXT NOT NULL DEFAULT 'measured'
    CHECK (origin IN ('measured', 'replayed', 'simulated', 'imported'));
UPDATE run SET origin = 'imported' WHERE kind = 'trace';
