import { ask } from './api.js';

const form = /** @type {HTMLFormElement} */ (document.querySelector('form'));
const problem = /** @type {HTMLElement} */ (document.getElementById('problem'));

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = /** @type {HTMLInputElement} */ (form.querySelector('input'));
  problem.textContent = '';
  const answer = await ask('POST', '/api/login', { token: field.value });
  if (answer.ok) return location.assign('/');
  problem.textContent = answer.text;
  field.select();
});
