import './attention/attention.css';
import './about/about.css';
import './comparison/comparison.css';
import './datasets/datasets.css';
import './efficiency/efficiency.css';
import './experiments/experiments.css';
import './gates/gates.css';
import './models/models.css';
import './playground/playground.css';
import './reproduction/reproduction.css';
import './runs/runs.css';
import './walkthrough/walkthrough.css';
import './workspace/workspace.css';
import { contributeShowCommands, contributeWorkbench } from '../workbench/workbenchCommands.ts';
import { contributeAbout } from './about/about.contribution.ts';
import { contributeAttention } from './attention/attention.contribution.ts';
import { contributeComparison } from './comparison/comparison.contribution.ts';
import { announceImports, contributeDatasets } from './datasets/datasets.contribution.ts';
import { contributeEfficiency } from './efficiency/efficiency.contribution.ts';
import { contributeExperiments } from './experiments/experiments.contribution.ts';
import { contributeGates } from './gates/gates.contribution.ts';
import { contributeModels } from './models/models.contribution.ts';
import { contributePlayground } from './playground/playground.contribution.ts';
import { contributeReproduction } from './reproduction/reproduction.contribution.ts';
import { announceRuns, contributeRuns } from './runs/runs.contribution.ts';
import { contributeWalkthrough } from './walkthrough/walkthrough.contribution.ts';
import { contributeWorkspace } from './workspace/workspace.contribution.ts';

/** Registers every feature. The only place that knows them all. */
export function contributeAll(): void {
  contributeWorkbench();
  contributeWorkspace();
  contributeDatasets();
  contributeModels();
  contributeExperiments();
  contributeRuns();
  contributeComparison();
  contributeGates();
  contributeAttention();
  contributeEfficiency();
  contributePlayground();
  contributeWalkthrough();
  contributeAbout();
  contributeReproduction();
  contributeShowCommands();
  announceImports();
  announceRuns();
}
