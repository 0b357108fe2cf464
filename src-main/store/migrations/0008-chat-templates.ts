/** Whether a language model has a chat template. Models that were added before this was kept count as without one. */
export const chatTemplates = `
ALTER TABLE models ADD COLUMN hasChatTemplate INTEGER NOT NULL DEFAULT 0;
`;
