// The example sentences: one click says them.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button) trigger('select', { words: button.textContent });
});
