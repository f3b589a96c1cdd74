-- Step 5: the hash of an experiment covers what differs from the defaults, so that a new field changes no hash. An
-- experiment that cannot be read keeps the hash it has: its runs stay repeats of each other.

UPDATE run SET experiment_hash = coalesce(
    (SELECT experiment_hash(json) FROM experiment WHERE experiment.run = run.id), experiment_hash);
