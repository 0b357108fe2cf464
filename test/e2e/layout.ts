import type { Page } from 'playwright-core';

/** Code editors, charts and lists of choices place their texts by other means, and are looked at by eye. */
const DRAWN_OTHERWISE = '.monaco-editor, .chart-plot, .visually-hidden, .codicon, select, option';

/**
 * What a person would see as broken in the layout: texts cut off at the edge of their box without an ellipsis (which a clamp of lines adds), texts that lie
 * over other texts, and parts outside the window; each as "fault: where". What another surface covers, as a menu does, is hidden,
 * not overlapped.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(findFaults, DRAWN_OTHERWISE);
}

/** Runs in the page, so everything it needs is inside. */
function findFaults(drawnOtherwise: string): string[] {
  interface Box {
    left: number;
    top: number;
    right: number;
    bottom: number;
  }
  interface TextBox extends Box {
    element: Element;
    text: string;
  }
  const SLACK = 2;
  /** Less than this is the room that letters below the line may take. */
  const HALF_LINE = 8;

  const intersect = (a: Box, b: Box): Box => ({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const isLarger = ({ left, top, right, bottom }: Box, slack: number) => right - left > slack && bottom - top > slack;

  /** What scrolling and clipping ancestors leave to be seen. */
  const visiblePart = (element: Element): Box => {
    let part: Box = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    for (let each: Element | null = element; each; each = each.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(each);
      if (overflowX !== 'visible' || overflowY !== 'visible') part = intersect(part, each.getBoundingClientRect());
      if (position === 'fixed') break;
    }
    return part;
  };

  const textBoxes = (): TextBox[] => {
    const boxes: TextBox[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const element = node.parentElement!;
      const text = node.textContent!.trim();
      if (text === '' || element.closest(`${drawnOtherwise}, script, style`)) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const part = visiblePart(element);
      for (const line of range.getClientRects()) {
        const box = intersect(line, part);
        if (isLarger(box, 1)) boxes.push({ ...box, element, text: text.slice(0, 60) });
      }
    }
    return boxes;
  };

  /** Whether a surface between the element on top and what both texts share hides the one below. */
  const isCovered = (a: TextBox, b: TextBox, { left, top, right, bottom }: Box): boolean => {
    const onTop = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    for (let each = onTop; each && !(each.contains(a.element) && each.contains(b.element)); each = each.parentElement) {
      const { backgroundColor } = getComputedStyle(each);
      if (backgroundColor !== 'transparent' && !/rgba\(.*, 0(\.\d+)?\)|\/ 0(\.\d+)?\)/.test(backgroundColor)) return true;
    }
    return false;
  };

  const overlaps = (): string[] => {
    const boxes = textBoxes().sort((a, b) => a.top - b.top);
    const found: string[] = [];
    boxes.forEach((a, at) => {
      for (let next = at + 1; next < boxes.length && boxes[next]!.top < a.bottom - SLACK; next++) {
        const b = boxes[next]!;
        const common = intersect(a, b);
        if (a.element !== b.element && isLarger(common, SLACK) && !isCovered(a, b, common))
          found.push(`overlap: "${a.text}" and "${b.text}"`);
      }
    });
    return found;
  };

  const cutOff = (): string[] => {
    const holdsText = (element: Element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== '');
    const isCut = (element: HTMLElement) => {
      const { overflowX, overflowY, textOverflow, webkitLineClamp } = getComputedStyle(element);
      const clips = (overflow: string) => overflow === 'hidden' || overflow === 'clip';
      if (element.clientWidth <= 1 || webkitLineClamp !== 'none') return false;
      const isTooWide = clips(overflowX) && textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1;
      return isTooWide || (clips(overflowY) && element.scrollHeight > element.clientHeight + HALF_LINE);
    };
    const all = [...document.body.querySelectorAll<HTMLElement>('*')].filter((element) => !element.closest(drawnOtherwise));
    return all.filter((element) => holdsText(element) && isCut(element)).map((element) => `cut off: ${element.outerHTML.slice(0, 160)}`);
  };

  const outside = (): string[] => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const found: string[] = [];
    if (scrollWidth > innerWidth) found.push(`outside: the page is ${scrollWidth} wide in a window of ${innerWidth}`);
    if (scrollHeight > innerHeight) found.push(`outside: the page is ${scrollHeight} high in a window of ${innerHeight}`);
    return found;
  };

  return [...cutOff(), ...overlaps(), ...outside()];
}
