// One click on an incident opens it.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-incident]');
  if (button) trigger('select', { incident: button.dataset.incident });
});
