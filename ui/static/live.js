// The strip above the tabs. Asks the server for the latest picture once a second while somebody looks at the page, and goes
// on asking, more and more slowly, while the server is away. Whatever a workload says is set as text, never as markup.
const SVG = 'http://www.w3.org/2000/svg';
const EVERY_MS = 1000, AWAY_MS = [1000, 1500, 2500, 4000];
const runs = element.querySelector('.runs');
const engine = element.querySelector('.engine');
const notice = element.querySelector('.notice');
const toasts = element.querySelector('.toasts');
const rows = new Map();
let failures = 0, seen = null, born = null, timer = null, asking = false;

function put(node, text) { if (node.textContent !== text) node.textContent = text; }
function make(tag, name, parent) {
  const node = document.createElement(tag);
  node.className = name;
  parent.append(node);
  return node;
}

function newRow(name) {
  const root = make('section', 'run', runs);
  root.setAttribute('aria-label', 'Simulation ' + name);
  const head = make('div', 'run-head', root);
  const pill = make('span', 'pill', head);
  make('i', '', pill);
  const state = make('span', '', pill);
  const title = make('b', 'run-name', head);
  const progress = make('span', 'run-progress num', head);
  const track = make('div', 'track', root);
  track.setAttribute('role', 'progressbar');
  track.setAttribute('aria-label', 'Progress of ' + name);
  const fill = make('span', '', track);
  const metrics = make('div', 'metrics', root);
  const foot = make('div', 'run-foot num', root);
  return { root, pill, state, title, progress, track, fill, metrics, foot, cells: new Map() };
}

function newCell(parent) {
  const root = make('div', 'metric', parent);
  const name = make('span', 'metric-name', root);
  const value = make('span', 'metric-value num', root);
  const number = make('b', '', value);
  const unit = make('small', '', value);
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 100 24');
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  svg.append(path);
  root.append(svg);
  return { root, name, number, unit, path };
}

function drawMetrics(row, metrics) {
  const names = new Set(metrics.map((metric) => metric.name));
  for (const [name, cell] of row.cells) if (!names.has(name)) { cell.root.remove(); row.cells.delete(name); }
  for (const metric of metrics) {
    let cell = row.cells.get(metric.name);
    if (!cell) { cell = newCell(row.metrics); row.cells.set(metric.name, cell); }
    put(cell.name, metric.name);
    put(cell.number, metric.value);
    put(cell.unit, metric.unit);
    if (cell.path.getAttribute('d') !== metric.spark) cell.path.setAttribute('d', metric.spark);
  }
}

function drawRun(run) {
  let row = rows.get(run.name);
  if (!row) { row = newRow(run.name); rows.set(run.name, row); }
  row.pill.dataset.state = run.state;
  put(row.state, run.state);
  put(row.title, run.name);
  put(row.progress, run.progress);
  row.track.classList.toggle('endless', run.share === null);
  row.fill.style.width = run.share === null ? '100%' : (run.share * 100).toFixed(2) + '%';
  if (run.share !== null) row.track.setAttribute('aria-valuenow', Math.round(run.share * 100));
  drawMetrics(row, run.metrics);
  const parts = [run.rate, run.taken ? 'measured ' + run.taken : 'nothing measured yet'];
  if (run.state === 'failed' && run.words) parts.unshift(run.words.split('\n').pop());
  put(row.foot, parts.filter(Boolean).join(' · '));
  row.foot.classList.toggle('bad', run.state === 'failed');
}

function drawEngine(told) {
  engine.querySelector('.pill').dataset.state = told.state;
  put(engine.querySelector('.engine-state'), told.state);
  put(engine.querySelector('.engine-model'), told.model);
  engine.title = told.reason;
}

function toast(alert) {
  const card = make('div', 'toast', toasts);
  card.setAttribute('role', 'alert');
  put(make('b', '', card), alert.workload || 'Lodger');
  put(make('span', '', card), alert.words);
  const close = make('button', '', card);
  close.setAttribute('aria-label', 'Dismiss');
  put(close, '×');
  close.onclick = () => card.remove();
  while (toasts.children.length > 3) toasts.firstChild.remove();
  setTimeout(() => card.remove(), 12000);
}

function drawAlerts(told) {
  const last = told.alerts[told.alerts.length - 1];
  const newest = last ? last.number : 0;
  if (seen !== null) for (const alert of told.alerts) if (alert.number > seen) toast(alert);
  seen = newest;
  const words = told.problem || (last ? last.time + '  ' + (last.workload ? last.workload + ': ' : '') + last.words : '');
  put(notice.querySelector('span'), words);
  notice.title = words;
  notice.classList.toggle('shown', Boolean(words) && notice.dataset.closed !== words);
}

function draw(told) {
  if (born !== null && told.born !== born) seen = null;
  born = told.born;
  const names = new Set(told.workloads.map((run) => run.name));
  for (const [name, row] of rows) if (!names.has(name)) { row.root.remove(); rows.delete(name); }
  told.workloads.forEach(drawRun);
  runs.classList.toggle('none', told.workloads.length === 0);
  drawEngine(told.engine);
  drawAlerts(told);
  element.classList.remove('away');
}

function later(ms) { clearTimeout(timer); timer = setTimeout(ask, ms); }

async function ask() {
  if (!element.isConnected) return;
  if (document.hidden) return later(EVERY_MS);
  if (asking) return;
  asking = true;
  try {
    const told = await server.live();
    if (!told || !Array.isArray(told.workloads)) throw new Error('no picture of the run');
    failures = 0;
    draw(told);
    window.dispatchEvent(new CustomEvent('lodger:live', { detail: told }));
    later(EVERY_MS);
  } catch (error) {
    if (++failures >= 2) element.classList.add('away');
    later(AWAY_MS[Math.min(failures - 1, AWAY_MS.length - 1)]);
  } finally {
    asking = false;
  }
}

notice.querySelector('button').onclick = () => {
  notice.dataset.closed = notice.querySelector('span').textContent;
  notice.classList.remove('shown');
};
element.querySelector('.mode').onclick = () => window.lodger.toggleMode();
document.addEventListener('visibilitychange', () => { if (!document.hidden) later(0); });
if (props.value && props.value.workloads) draw(props.value);
later(0);
// the chat fills what the strip leaves of the window
new ResizeObserver(() => document.documentElement.style.setProperty('--live', element.getBoundingClientRect().height + 'px')).observe(element);
