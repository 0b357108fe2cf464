/**
 * Whether a language model has a chat template; models that were added before count as without one. The table is made anew, by way of a
 * temporary one, so that no page is left free.
 */
export const chatTemplates = `
CREATE TEMPORARY TABLE olderModels AS
  SELECT name, path, architecture, parameters, types, maxPositions, vocabularySize, licenseFile, sizeBytes, fingerprint, addedAtMs FROM models;
DROP TABLE models;
CREATE TABLE models (
  name TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  architecture TEXT NOT NULL,
  parameters INTEGER NOT NULL,
  types TEXT NOT NULL,
  maxPositions INTEGER NOT NULL,
  vocabularySize INTEGER NOT NULL,
  hasChatTemplate INTEGER NOT NULL,
  licenseFile TEXT,
  sizeBytes INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  addedAtMs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO models
  SELECT name, path, architecture, parameters, types, maxPositions, vocabularySize, 0, licenseFile, sizeBytes, fingerprint, addedAtMs FROM olderModels;
DROP TABLE olderModels;
`;
