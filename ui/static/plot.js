// The control chart. Each figure that comes from the server is drawn into the same node, so that nothing flickers and a zoom
// stays; where somebody looks closely is told to the server, which sends the points there in detail. Plotly comes with
// Gradio's own plot, of which an empty one beside this loads it.
const plot = document.createElement('div');
plot.className = 'control-plot';
let listening = false, close = null; // close: where somebody looks closely, and at which chart

function zoomed(change) {
  const range = change['xaxis.range'] || [change['xaxis.range[0]'], change['xaxis.range[1]']];
  if (change['xaxis.autorange']) {
    close = null;
    trigger('select', { first: null, last: null });
    draw();
  } else if (range[0] !== undefined) {
    close = { chart: plot.layout.uirevision, x: [...plot.layout.xaxis.range], y: [...plot.layout.yaxis.range] };
    trigger('select', { first: range[0], last: range[1] });
  }
}

// On a narrow screen the words of what happened would cover the course; the lines stay.
function narrowed(layout) {
  layout.annotations = (layout.annotations || []).filter((note) => note.xref === 'paper');
  layout.margin = { ...layout.margin, l: 40, r: 70 };
  layout.xaxis = { ...layout.xaxis, nticks: 4, tickangle: 0 };
}

function draw() {
  if (!props.figure) return;
  if (!window.Plotly) return setTimeout(draw, 150);
  if (plot.parentElement !== element) element.append(plot);
  const { data, layout } = JSON.parse(props.figure);
  if (element.clientWidth < 620) narrowed(layout);
  if (close && close.chart === layout.uirevision) {
    layout.xaxis.range = close.x;
    layout.yaxis.range = close.y;
  } else close = null;
  window.Plotly.react(plot, data, layout, { responsive: true, displaylogo: false, doubleClick: 'autosize' });
  if (listening) return;
  listening = true;
  plot.on('plotly_relayout', zoomed);
}

watch('figure', draw);
draw();
