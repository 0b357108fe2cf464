import { datasets } from './0001-datasets.ts';
import { runs } from './0002-runs.ts';
import { runMetrics } from './0003-run-metrics.ts';
import { settings } from './0004-settings.ts';
import { packedTimelines } from './0005-packed-timelines.ts';
import { models } from './0006-models.ts';
import { userIndex } from './0007-user-index.ts';
import { chatTemplates } from './0008-chat-templates.ts';
import { userValues } from './0009-user-values.ts';
import { pagesOfTimelines } from './0010-pages-of-timelines.ts';

/** In order; `user_version` of a database is the number of migrations applied. Released ones are never changed. */
export const migrations: readonly string[] = [
  datasets,
  runs,
  runMetrics,
  settings,
  packedTimelines,
  models,
  userIndex,
  chatTemplates,
  userValues,
  pagesOfTimelines,
];
