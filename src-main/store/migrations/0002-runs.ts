/** Runs with their stages, results, logs and checkpoints. JSON columns hold values that are only ever read whole. */
export const runs = `
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'stopped', 'interrupted', 'failed', 'completed')),
  reason TEXT,
  datasetName TEXT NOT NULL,
  datasetFingerprint TEXT NOT NULL,
  task TEXT NOT NULL,
  config TEXT NOT NULL,
  source TEXT NOT NULL,
  environment TEXT NOT NULL,
  createdAtMs INTEGER NOT NULL,
  startedAtMs INTEGER,
  finishedAtMs INTEGER,
  ownerPid INTEGER,
  metrics TEXT NOT NULL DEFAULT '{}',
  parameters TEXT,
  efficiency TEXT NOT NULL DEFAULT '[]',
  gates TEXT NOT NULL DEFAULT '[]',
  samples TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX runsByDataset ON runs(datasetName);

CREATE TABLE stages (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'running', 'done', 'reused')),
  steps INTEGER NOT NULL,
  stepsDone INTEGER NOT NULL,
  seconds REAL NOT NULL,
  finalLoss REAL,
  PRIMARY KEY (runId, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE resumes (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  stage TEXT NOT NULL,
  step INTEGER NOT NULL,
  atMs INTEGER NOT NULL
) STRICT;
CREATE INDEX resumesByRun ON resumes(runId);

CREATE TABLE checkpoints (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  stage TEXT NOT NULL,
  step INTEGER NOT NULL,
  -- Relative to the blobs folder where the file lies below it, so that a workspace can be moved.
  path TEXT NOT NULL,
  sizeBytes INTEGER NOT NULL,
  createdAtMs INTEGER NOT NULL,
  PRIMARY KEY (runId, stage, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX checkpointsByPath ON checkpoints(path);

CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  atMs INTEGER NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
  text TEXT NOT NULL
) STRICT;
CREATE INDEX logsByRun ON logs(runId, id);
`;
