/** Metrics of a run by test user, so that two runs on the same users can be tested against each other. */
export const userValues = `
CREATE TABLE testUsers (
  runId TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
  userIds BLOB NOT NULL -- int32 [users], ascending
) STRICT, WITHOUT ROWID;

CREATE TABLE userValues (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  metric TEXT NOT NULL,
  valuesOfUsers BLOB NOT NULL, -- float64 [users]
  PRIMARY KEY (runId, position)
) STRICT;
`;
