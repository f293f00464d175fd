/** The page of the API explorer. It loads nothing from elsewhere. */
export const EXPLORER_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Kohort API explorer</title>
<link rel="stylesheet" href="/graphiql.css">
</head>
<body>
<header>
  <h1>Kohort API</h1>
  <label>API key <input id="key" type="password" autocomplete="off" placeholder="khk_…" size="30"></label>
  <button id="run">Run (Ctrl+Enter)</button>
  <button id="stop" disabled>Stop stream</button>
  <span id="status" role="status"></span>
</header>
<main>
  <section>
    <label for="query">Operation</label>
    <textarea id="query" spellcheck="false"></textarea>
    <label for="variables">Variables (JSON)</label>
    <textarea id="variables" spellcheck="false">{}</textarea>
  </section>
  <section><label for="answer">Answer</label><pre id="answer" tabindex="0"></pre></section>
  <section><label for="schema">Schema</label><input id="find" placeholder="find in the schema" type="search">
    <pre id="schema" tabindex="0"></pre></section>
</main>
<script src="/graphiql.js"></script>
</body>
</html>
`;

/** Its looks. */
export const EXPLORER_CSS = `
body { margin: 0; font: 14px/1.4 system-ui, sans-serif; color: #1d2430; background: #f6f7f9; }
header { display: flex; gap: 1rem; align-items: center; padding: .5rem 1rem; background: #fff; border-bottom: 1px solid #d8dde5; }
h1 { font-size: 1rem; margin: 0; }
main { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: .5rem; padding: .5rem; height: calc(100vh - 4rem); box-sizing: border-box; }
section { display: flex; flex-direction: column; min-height: 0; }
textarea, pre { flex: 1; margin: 0 0 .5rem; padding: .5rem; overflow: auto; border: 1px solid #d8dde5; border-radius: 4px;
  background: #fff; font: 13px/1.45 ui-monospace, monospace; white-space: pre-wrap; resize: none; }
#variables { flex: 0 0 6rem; }
`;

/** What it does: runs operations over HTTP, subscriptions over graphql-transport-ws, and finds in the schema's text. */
export const EXPLORER_JS = `'use strict';
const by = (id) => document.getElementById(id);
const show = (value) => { by('answer').textContent = JSON.stringify(value, null, 2); };
by('query').value = 'query Start {\\n  workspace { name timeZone }\\n  segments(first: 10) { nodes { key name status size lastChangeAt } }\\n}\\n';
let socket = null;
let schema = '';
const stop = () => { if (socket) socket.close(); socket = null; by('stop').disabled = true; };
const isStream = (text) => /^\\s*subscription\\b/m.test(text);
function stream(query, variables) {
  const seen = [];
  socket = new WebSocket(location.origin.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
  by('stop').disabled = false;
  const send = (message) => socket.send(JSON.stringify(message));
  socket.onopen = () => send({ type: 'connection_init', payload: { apiKey: by('key').value } });
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query, variables } });
    if (message.type === 'ping') send({ type: 'pong' });
    if (message.type === 'next' || message.type === 'error') { seen.unshift(message.payload); show(seen.slice(0, 200)); }
    if (message.type === 'complete') stop();
  };
  socket.onclose = (event) => { by('status').textContent = 'stream closed ' + event.code + ' ' + event.reason; };
}
async function run() {
  stop();
  const query = by('query').value;
  let variables;
  try { variables = JSON.parse(by('variables').value || '{}'); } catch (error) { by('status').textContent = 'variables are not JSON'; return; }
  by('status').textContent = isStream(query) ? 'streaming' : 'running';
  if (isStream(query)) { stream(query, variables); return; }
  const started = performance.now();
  const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + by('key').value };
  const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  show(await response.json());
  by('status').textContent = response.status + ' in ' + Math.round(performance.now() - started) + ' ms';
}
by('run').onclick = run;
by('stop').onclick = stop;
document.addEventListener('keydown', (event) => { if (event.ctrlKey && event.key === 'Enter') run(); });
by('find').oninput = () => {
  const wanted = by('find').value.toLowerCase();
  const blocks = schema.split('\\n\\n');
  by('schema').textContent = blocks.filter((block) => block.toLowerCase().includes(wanted)).join('\\n\\n');
};
fetch('/schema.graphql').then((response) => response.text()).then((text) => { schema = text; by('schema').textContent = text; });
`;
