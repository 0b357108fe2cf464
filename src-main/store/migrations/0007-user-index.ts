/** What lists of users show and sort by, apart from the BLOBs: a page of a list reads no timeline. */
export const userIndex = `
CREATE INDEX timelinesByUser ON timelines(datasetId, userId, externalId, events, firstEventAtMs, lastEventAtMs);
`;
