/**
 * Training compute by the 6 N D rule (Kaplan et al. 2020, section 2.1; User-LLM section 3.4):
 * forward 2 N D, backward 4 N D floating-point operations.
 * @param parameters N, weights that take part in every token's matrix products
 * @param tokens D = batch x steps x input length
 */
export function trainingFlops(parameters: number, tokens: number): number {
  return 6 * parameters * tokens;
}
