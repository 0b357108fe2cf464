/**
 * Training curves: a row per (curve, step), a curve being one metric of one stage of one run. `pointBlocks` summarises each
 * block of consecutive steps by its lowest and highest point, so that a long curve is drawn without reading every point.
 */
export const runMetrics = `
CREATE TABLE curves (
  id INTEGER PRIMARY KEY,
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  stage TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (runId, stage, name)
) STRICT;

CREATE TABLE points (
  curveId INTEGER NOT NULL REFERENCES curves(id) ON DELETE CASCADE,
  step INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (curveId, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE pointBlocks (
  curveId INTEGER NOT NULL REFERENCES curves(id) ON DELETE CASCADE,
  block INTEGER NOT NULL,
  count INTEGER NOT NULL,
  lowStep INTEGER NOT NULL,
  low REAL NOT NULL,
  highStep INTEGER NOT NULL,
  high REAL NOT NULL,
  PRIMARY KEY (curveId, block)
) STRICT, WITHOUT ROWID;
`;
