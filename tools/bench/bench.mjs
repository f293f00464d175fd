#!/usr/bin/env node
/**
 * Runs benchmarks: `npm run bench` all areas, `npm run bench -- kmeans` one. An area is a file `areas/<area>.mjs` that
 * exports `title` and `run(report)`; it calls `report({ name, own, reference, goal, limit, note })` once a line, in CPU
 * seconds unless the title says otherwise. A ratio is own / reference: lower is better; its goal is a ratio, a limit is
 * in seconds. The command fails when an area fails, not when a goal is missed
 * (`--strict` fails then too), because a busy machine moves figures.
 */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'areas');
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -4))
  .sort();
const args = process.argv.slice(2);
const strict = args.includes('--strict');
const wanted = args.filter((arg) => !arg.startsWith('--'));
const unknown = wanted.filter((area) => !known.includes(area));
if (unknown.length > 0) {
  console.error(`no such area: ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exit(2);
}

let missed = 0;
let failed = 0;
const seconds = (value) => (value === undefined ? '-' : `${value.toFixed(3)} s`);

function report({ name, own, reference, goal, limit, note }) {
  const ratio = reference === undefined ? undefined : own / reference;
  const met = (ratio === undefined || goal === undefined || ratio <= goal) && (limit === undefined || own <= limit);
  if (!met) missed += 1;
  const judged = goal === undefined ? '' : `  goal ${goal.toFixed(2)} ${met ? 'met' : 'MISSED'}`;
  const shown = ratio === undefined ? '' : `, reference ${seconds(reference)}  ratio ${ratio.toFixed(3)}${judged}`;
  const bounded = limit === undefined ? '' : `  limit ${seconds(limit)} ${met ? 'met' : 'MISSED'}`;
  console.log(`  ${name}: own ${seconds(own)}${shown}${bounded}${note ? `  (${note})` : ''}`);
}

for (const area of wanted.length > 0 ? wanted : known) {
  const { title, run } = await import(pathToFileURL(join(folder, `${area}.mjs`)).href);
  console.log(`${area}: ${title}`);
  try {
    await run(report);
  } catch (error) {
    failed += 1;
    console.error(`  ${area} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(`${missed} goals missed, ${failed} areas failed`);
process.exit(failed > 0 || (strict && missed > 0) ? 1 : 0);
