// What the page needs before Gradio starts: the chosen mode (day or night) and a way to hand a text over as a file.
window.lodger = {
  mode() {
    const kept = localStorage.getItem('lodger:mode');
    return kept || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  },
  applyMode() {
    const dark = window.lodger.mode() === 'dark';
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
    if (document.body && document.body.classList.contains('dark') !== dark) document.body.classList.toggle('dark', dark);
  },
  toggleMode() {
    localStorage.setItem('lodger:mode', window.lodger.mode() === 'dark' ? 'light' : 'dark');
    window.lodger.applyMode();
  },
  save(file) {
    if (!file || !file.text) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([file.text], { type: file.type }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  },
};
const watchMode = () => {
  window.lodger.applyMode();
  // Gradio sets the mode once by the system's wish when it mounts; the person's own wish stands above it.
  new MutationObserver(window.lodger.applyMode).observe(document.body, { attributes: true, attributeFilter: ['class'] });
};
if (document.body) watchMode(); else document.addEventListener('DOMContentLoaded', watchMode);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', window.lodger.applyMode);
