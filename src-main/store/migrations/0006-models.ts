/** Pretrained language models: where their folders are, and what was found there. */
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
`;
