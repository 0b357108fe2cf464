/**
 * Many users in a row: an import inserts thousands of rows instead of hundreds of thousands. Timelines that were imported before stay where
 * they are, in `timelines` and `timelineFeatures`; what lists of users show is taken over, by way of a temporary table, so that no page is left
 * free where the index was.
 */
export const pagesOfTimelines = `
CREATE TEMPORARY TABLE olderUsers AS
  SELECT datasetId, userId / 256 AS block, json_group_array(externalId ORDER BY userId) AS externalId,
    json_group_array(events ORDER BY userId) AS events, json_group_array(firstEventAtMs ORDER BY userId) AS firstEventAtMs,
    json_group_array(lastEventAtMs ORDER BY userId) AS lastEventAtMs
  FROM timelines INDEXED BY timelinesByUser GROUP BY datasetId, userId / 256;
DROP INDEX timelinesByUser;

CREATE TABLE timelinePages (
  datasetId INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  firstUserId INTEGER NOT NULL,
  columns BLOB NOT NULL, -- see timelinePages.ts
  PRIMARY KEY (datasetId, firstUserId)
) STRICT;

-- 256 users a row, in the order of UserId: JSON arrays.
CREATE TABLE userBlocks (
  datasetId INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
  block INTEGER NOT NULL,
  externalId TEXT NOT NULL,
  events TEXT NOT NULL,
  firstEventAtMs TEXT NOT NULL,
  lastEventAtMs TEXT NOT NULL,
  PRIMARY KEY (datasetId, block)
) STRICT;
INSERT INTO userBlocks SELECT datasetId, block, externalId, events, firstEventAtMs, lastEventAtMs FROM olderUsers ORDER BY datasetId, block;
DROP TABLE olderUsers;
`;
