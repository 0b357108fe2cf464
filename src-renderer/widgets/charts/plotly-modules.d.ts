declare module 'plotly.js/lib/core' {
  import type * as Plotly from 'plotly.js';
  const core: typeof Plotly;
  export default core;
}
declare module 'plotly.js/lib/scatter' {
  const trace: object;
  export default trace;
}
declare module 'plotly.js/lib/bar' {
  const trace: object;
  export default trace;
}
declare module 'plotly.js/lib/heatmap' {
  const trace: object;
  export default trace;
}
declare module 'plotly.js/lib/histogram' {
  const trace: object;
  export default trace;
}
