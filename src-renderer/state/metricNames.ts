/** What a metric is called on the page, and which way is better. */
interface MetricText {
  label: string;
  note?: string;
  /** Losses and shares of mistakes: smaller is better. */
  lowerIsBetter?: boolean;
  /** Counted as a share of 1. */
  share?: boolean;
}

const GROUPS: { prefix: string; title: string; note: string }[] = [
  { prefix: 'constrained.', title: 'Catalogue-constrained decoding', note: 'only titles of the catalogue can be written' },
  { prefix: 'encoder.unfiltered.', title: 'User encoder, seen items not filtered', note: 'full ranking by the encoder alone' },
  { prefix: 'encoder.', title: 'User encoder', note: 'full ranking by the encoder alone, seen items filtered' },
  {
    prefix: 'fused.unfiltered.',
    title: 'Fused ranking, seen items not filtered',
    note: "encoder's best items, ordered together with the language model",
  },
  {
    prefix: 'fused.',
    title: 'Fused ranking',
    note: "encoder's best items, ordered together with the language model, seen items filtered; weight chosen on validation users",
  },
  {
    prefix: 'popularity.unfiltered.',
    title: 'Popularity baseline, seen items not filtered',
    note: 'full ranking of the most popular items',
  },
  { prefix: 'popularity.', title: 'Popularity baseline', note: 'the most popular items for everyone' },
  {
    prefix: 'repeatLast.unfiltered.',
    title: 'Repeat-last baseline, full ranking',
    note: "each user's last items, seen items not filtered",
  },
  { prefix: 'repeatLast.', title: 'Repeat-last baseline', note: "each user's last items again" },
  { prefix: 'majority.', title: 'Majority baseline', note: 'the most frequent answer for everyone' },
  {
    prefix: 'retention.',
    title: 'Knowledge retention',
    note: 'generic text, beside the language model before fine-tuning; n counts stretches of text',
  },
  { prefix: 'userPathOff.', title: 'User path switched off', note: 'the same model without its user' },
];

export const MAIN_GROUP = { prefix: '', title: 'Personalised model', note: 'free decoding' };

export function groupOfMetric(name: string): { prefix: string; title: string; note: string } {
  return GROUPS.find((group) => name.startsWith(group.prefix)) ?? MAIN_GROUP;
}

export function metricText(name: string): MetricText {
  const short = name.slice(groupOfMetric(name).prefix.length);
  const at = /^(recall|hr|ndcg|mrr)@(\d+)$/.exec(short);
  if (at) return { label: `${{ recall: 'Recall', hr: 'HR', ndcg: 'NDCG', mrr: 'MRR' }[at[1]!]}@${at[2]}`, share: true };
  const rouge = /^rouge(1|2|L|Lsum)$/.exec(short);
  if (rouge) return { label: `ROUGE-${rouge[1]}`, note: 'F1 x 100' };
  if (short === 'weight') return { label: 'Weight of the language model' };
  if (short === 'accuracy') return { label: 'Accuracy', share: true };
  if (short === 'offCatalogueShare') return { label: 'Off-catalogue share', lowerIsBetter: true, share: true };
  const retention = /^(perplexity|kl|top1|basePerplexity)(\.userOff)?$/.exec(short);
  if (retention) return retentionText(retention[1]!, retention[2] !== undefined);
  if (/loss/i.test(short)) return { label: 'Test loss', lowerIsBetter: true };
  return { label: short };
}

const RETENTION: Record<string, MetricText> = {
  perplexity: { label: 'Perplexity', lowerIsBetter: true },
  basePerplexity: { label: 'Perplexity before', lowerIsBetter: true },
  kl: { label: 'KL divergence', lowerIsBetter: true },
  top1: { label: 'Top-1 agreement', share: true },
};

function retentionText(name: string, isUserOff: boolean): MetricText {
  const text = RETENTION[name]!;
  return isUserOff ? { ...text, label: `${text.label}, user off` } : text;
}

const SHORT_GROUPS: Record<string, string> = {
  'constrained.': 'constrained',
  'encoder.unfiltered.': 'encoder, unfiltered',
  'encoder.': 'encoder',
  'fused.unfiltered.': 'fused, unfiltered',
  'fused.': 'fused',
  'popularity.unfiltered.': 'popularity, unfiltered',
  'popularity.': 'popularity',
  'repeatLast.unfiltered.': 'repeat last, unfiltered',
  'repeatLast.': 'repeat last',
  'majority.': 'majority',
  'retention.': 'retention',
  'userPathOff.': 'user off',
};

/** One line for a table's head: "Recall@10", "HR@10 (encoder)". */
export function metricLabel(name: string): string {
  const short = SHORT_GROUPS[groupOfMetric(name).prefix];
  return short ? `${metricText(name).label} (${short})` : metricText(name).label;
}
