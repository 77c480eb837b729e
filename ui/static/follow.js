// The chat follows what grows at its end (an answer, a plot that is drawn late), unless the person has scrolled away.
let pinned = true, box = null;
const grown = new ResizeObserver(() => { if (pinned && box) box.scrollTop = box.scrollHeight; });
const look = () => {
  const found = document.querySelector('#chat .bubble-wrap');
  if (!found) return;
  if (found !== box) {
    box = found;
    pinned = true;
    box.addEventListener('wheel', (event) => { if (event.deltaY < 0) pinned = false; }, { passive: true });
    box.addEventListener('touchmove', () => { pinned = false; }, { passive: true });
    box.addEventListener('scroll', () => { if (box.scrollHeight - box.scrollTop - box.clientHeight < 24) pinned = true; }, { passive: true });
  }
  const inner = box.querySelector('.message-wrap');
  if (inner && inner !== look.inner) { look.inner = inner; grown.observe(inner); }
};
// the chat may be mounted after this
new MutationObserver(look).observe(element.closest('.talk') || document.body, { childList: true, subtree: true });
look();
