// Tells the server where somebody looks closely at the chart, so that it sends the points there in detail.
let heard = null;
const listen = () => {
  const plot = document.querySelector('#control-chart .js-plotly-plot');
  if (!element.isConnected) return window.clearInterval(timer);
  if (!plot || plot === heard) return;
  heard = plot;
  plot.on('plotly_relayout', (change) => {
    const first = change['xaxis.range[0]'] ?? change['xaxis.range']?.[0], last = change['xaxis.range[1]'] ?? change['xaxis.range']?.[1];
    if (first !== undefined) trigger('select', { first, last });
    else if (change['xaxis.autorange']) trigger('select', { first: null, last: null });
  });
};
const timer = window.setInterval(listen, 700);
