/** Packed BLOBs (`timelineCodec.ts`) and the texts that people wrote with their events. */
export const packedTimelines = `
-- How the BLOBs of timelines and timelineFeatures are written: 'plain' arrays, or 'packed'.
ALTER TABLE datasets ADD COLUMN encoding TEXT NOT NULL DEFAULT 'plain' CHECK (encoding IN ('plain', 'packed'));
-- JSON array of the names of text features.
ALTER TABLE datasets ADD COLUMN textFeatures TEXT NOT NULL DEFAULT '[]';

CREATE TABLE timelineTexts (
  datasetId INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  userId INTEGER NOT NULL,
  feature TEXT NOT NULL,
  texts BLOB NOT NULL, -- JSON array with a string for each event, deflated
  PRIMARY KEY (datasetId, userId, feature)
) STRICT, WITHOUT ROWID;
`;
