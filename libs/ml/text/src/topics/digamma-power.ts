/**
 * e to the digamma function: what variational Bayes asks for at every step.
 *
 * Shape   x above 0
 * Units   to 1e-10 of its value
 * Cost    one logarithm and one power, in place of the general function's loop
 * Source  Bernardo's asymptotic series from 6 on, the recurrence below; held to scipy by lda.golden.json
 */
export function digammaPower(x: number): number {
  let at = x;
  let shift = 0;
  if (x < 6) {
    // Six steps of the recurrence, two by two and over one denominator: one division in the place of six.
    const a = x * (x + 1);
    const b = (x + 2) * (x + 3);
    const c = (x + 4) * (x + 5);
    shift = -((2 * x + 1) * b * c + (2 * x + 5) * a * c + (2 * x + 9) * a * b) / (a * b * c);
    at = x + 6;
  }
  const r = 1 / at;
  const z = r * r;
  const series = z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - z * (691 / 32760))))));
  // ψ = shift + ln(at) − 1/(2·at) − series
  return at * Math.exp(shift - r / 2 - series);
}
