// A tab's heartbeat: when the strip has fresh news that this tab shows, and the tab is open, its listener on the server is
// called. No news, no call: a page that nobody looks at, or a run that stands still, costs nothing.
let last = null;
const everything = (told) => [told.changes, told.engine.state, told.born,
  told.workloads.map((run) => [run.name, run.state, run.run])];
const watched = {
  acts: everything,
  readings: (told) => [everything(told), told.workloads.map((run) => [run.step, run.taken])],
  clock: () => Math.floor(Date.now() / 3000),
  second: () => Math.floor(Date.now() / 1000),
};
const listener = (event) => {
  if (!element.isConnected) return window.removeEventListener('lodger:live', listener);
  if (element.getClientRects().length === 0) { last = null; return; }
  const key = JSON.stringify(watched[props.watch](event.detail));
  if (key === last) return;
  last = key;
  trigger('tick');
};
window.addEventListener('lodger:live', listener);
