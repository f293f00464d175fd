/** Told apart by most eyes, also without full colour vision (Okabe and Ito, and four of Tol's muted ones). */
const COLOURS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#f0e442',
  '#882255',
  '#44aa99',
  '#999933',
  '#332288',
  '#5a5a5a',
] as const;

/**
 * The first colour that is not taken; with all taken, the one that is taken least often.
 *
 * Ties    the earlier of the palette
 */
export function freeColour(taken: readonly string[]): string {
  const uses = (colour: string): number => taken.filter((one) => one === colour).length;
  return COLOURS.reduce((best, colour) => (uses(colour) < uses(best) ? colour : best));
}
