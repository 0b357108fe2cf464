/** Datasets: catalogue, vocabularies, packed timelines (one row per user), rejected rows. */
export const datasets = `
CREATE TABLE datasets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL,
  users INTEGER NOT NULL,
  items INTEGER NOT NULL,
  events INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  sourcePath TEXT NOT NULL,
  importedAtMs INTEGER NOT NULL,
  seconds REAL NOT NULL,
  peakMemoryBytes INTEGER NOT NULL,
  -- DatasetReport without its summary, as JSON: counted once, while the events pass by.
  report TEXT NOT NULL
) STRICT;

CREATE TABLE features (
  datasetId INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('item', 'event')),
  -- JSON array; its index is the vocabulary id.
  vocabulary TEXT NOT NULL,
  -- kind 'item': int32 vocabulary ids by item id.
  itemValues BLOB,
  PRIMARY KEY (datasetId, name)
) STRICT;

CREATE TABLE items (
  datasetId INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  itemId INTEGER NOT NULL,
  externalId TEXT NOT NULL,
  title TEXT NOT NULL,
  genres TEXT NOT NULL, -- JSON array of all listed genres
  PRIMARY KEY (datasetId, itemId)
) STRICT, WITHOUT ROWID;

CREATE TABLE timelines (
  datasetId INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  userId INTEGER NOT NULL,
  externalId TEXT NOT NULL,
  events INTEGER NOT NULL,
  firstEventAtMs INTEGER NOT NULL,
  lastEventAtMs INTEGER NOT NULL,
  itemIds BLOB NOT NULL, -- int32 [events], little-endian
  timestampsMs BLOB NOT NULL, -- float64 [events]
  PRIMARY KEY (datasetId, userId)
) STRICT;

CREATE TABLE timelineFeatures (
  datasetId INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  userId INTEGER NOT NULL,
  feature TEXT NOT NULL,
  valueIds BLOB NOT NULL, -- int32 vocabulary ids [events]
  PRIMARY KEY (datasetId, userId, feature)
) STRICT;

CREATE TABLE rejections (
  datasetId INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  file TEXT NOT NULL,
  line INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (datasetId, position)
) STRICT, WITHOUT ROWID;
`;
