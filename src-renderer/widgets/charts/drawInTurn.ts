const waiting = new Map<object, () => Promise<boolean>>();
let isDrawing = false;

/** Longest wait for a frame: a page that is hidden gets none. */
const FRAME_MS = 100;

/**
 * Draws one chart after the other and lets the page show each: the first is seen before the last is drawn. A chart that is asked to draw again
 * while it waits keeps its place, so that charts which change all the time do not hold up those behind them.
 * @param chart whose turn it is
 * @param draw resolves to whether anything was drawn
 */
export function drawInTurn(chart: object, draw: () => Promise<boolean>): void {
  waiting.set(chart, draw);
  if (!isDrawing) void drawAll();
}

/** The chart is no longer there. */
export function leaveTurn(chart: object): void {
  waiting.delete(chart);
}

async function drawAll(): Promise<void> {
  isDrawing = true;
  for (let next = waiting.entries().next().value; next; next = waiting.entries().next().value) {
    const [chart, draw] = next;
    waiting.delete(chart);
    const hasDrawn = await draw().catch((error) => {
      reportError(error);
      return false;
    });
    if (hasDrawn && waiting.size > 0) await frame();
  }
  isDrawing = false;
}

/** Resolves when what was drawn is on the screen. */
function frame(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, FRAME_MS);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}
