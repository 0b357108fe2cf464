/** Pretrained language models: where their folders are, and what was found there. Embeddings of users by the encoders of runs. */
export const models = `
CREATE TABLE models (
  name TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  architecture TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  types TEXT NOT NULL,
  maxPositions INTEGER NOT NULL,
  vocabularySize INTEGER NOT NULL,
  licenseFile TEXT,
  sizeBytes INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  addedAtMs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE userEmbeddings (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  userId INTEGER NOT NULL,
  historyFingerprint TEXT NOT NULL,
  shape TEXT NOT NULL,
  data BLOB NOT NULL,
  sizeBytes INTEGER NOT NULL,
  lastUse INTEGER NOT NULL,
  PRIMARY KEY (runId, userId, historyFingerprint)
) STRICT;
CREATE INDEX userEmbeddingsByUse ON userEmbeddings(lastUse);
`;
