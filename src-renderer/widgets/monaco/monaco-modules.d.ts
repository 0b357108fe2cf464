/** Monaco's comparison of two texts, by line; its types are not published. */
declare module 'monaco-editor/editor/common/diff/defaultLinesDiffComputer/defaultLinesDiffComputer.js' {
  /** Lines count from 1. */
  interface LineRange {
    readonly startLineNumber: number;
    readonly endLineNumberExclusive: number;
  }
  interface Options {
    ignoreTrimWhitespace: boolean;
    /** 0: as long as it takes. */
    maxComputationTimeMs: number;
    computeMoves: boolean;
  }
  export class DefaultLinesDiffComputer {
    computeDiff(
      original: string[],
      modified: string[],
      options: Options,
    ): { readonly changes: readonly { readonly original: LineRange; readonly modified: LineRange }[] };
  }
}
