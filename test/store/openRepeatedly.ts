import { openWorkspace } from '../../src-main/store/workspace.ts';

/** Opens the workspace named on the command line and writes one setting into it: several of these race in a test. */
const [path, key] = process.argv.slice(2) as [string, string];
const workspace = openWorkspace(path);
workspace.settings.set({ [key]: process.pid });
workspace.close();
