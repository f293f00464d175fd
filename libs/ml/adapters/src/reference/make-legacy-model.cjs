/** Makes legacy-model.json: a model in the engine's own binary form, its rows and its predictions. Run: node make-legacy-model.cjs */
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const engine = require('ml-xgboost/dist/wasm/xgboost');

const ROWS = 400;
const COLS = 5;
let state = 99;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 4294967296;
};

const { isReady } = engine;
isReady.then(() => {
  delete engine.then;
  const bins = Array.from({ length: ROWS * COLS }, () => (random() < 0.15 ? -1 : Math.floor(random() * 255)));
  const labels = Array.from({ length: ROWS }, (_, row) => {
    const z = (bins[row * COLS] - bins[row * COLS + 1]) / 90 + (bins[row * COLS + 2] < 0 ? 1.5 : 0) - 1;
    return random() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  const matrixAt = engine._malloc(ROWS * COLS * 4);
  const labelsAt = engine._malloc(ROWS * 4);
  engine.HEAPF32.set(bins, matrixAt >> 2);
  engine.HEAPF32.set(labels, labelsAt >> 2);
  const model = engine._create_model(matrixAt, labelsAt, ROWS, COLS);
  const settings = {
    booster: 'gbtree',
    objective: 'binary:logistic',
    base_score: 0.3,
    eta: 0.2,
    max_depth: 4,
    min_child_weight: 1,
    subsample: 1,
    colsample_bytree: 1,
    colsample_bylevel: 1,
    lambda: 1,
    alpha: 0,
    gamma: 0.5,
    max_delta_step: 0,
    scale_pos_weight: 1,
    tree_method: 'exact',
    silent: 1,
    seed: 3,
  };
  const set = engine.cwrap('set_param', null, ['number', 'string', 'string']);
  for (const [name, value] of Object.entries(settings)) set(model, name, String(value));
  engine._train_full_model(model, 12);
  const size = engine._save_model(model);
  const at = engine._malloc(size);
  engine._get_file_content(at, size);
  const content = Buffer.from(engine.HEAPU8.slice(at, at + size));
  const rowAt = engine._malloc(COLS * 4);
  const predictions = Array.from({ length: 60 }, (_, row) => {
    engine.HEAPF32.set(bins.slice(row * COLS, (row + 1) * COLS), rowAt >> 2);
    engine._predict_one(model, rowAt, COLS, at);
    return engine.HEAPF32[at >> 2];
  });
  const out = {
    rows: 60,
    cols: COLS,
    settings,
    bins: bins.slice(0, 60 * COLS),
    predictions,
    model: content.toString('base64'),
  };
  writeFileSync(join(__dirname, 'legacy-model.json'), `${JSON.stringify(out)}\n`);
});
