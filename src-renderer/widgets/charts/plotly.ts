import bar from 'plotly.js/lib/bar';
import core from 'plotly.js/lib/core';
import heatmap from 'plotly.js/lib/heatmap';
import histogram from 'plotly.js/lib/histogram';
import scatter from 'plotly.js/lib/scatter';

/** Plotly with the traces the workbench draws, none of which builds code at run time. Loaded when the first chart is shown. */
core.register([scatter, bar, heatmap, histogram] as never);

export default core;
