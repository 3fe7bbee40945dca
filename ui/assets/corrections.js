// What a visitor says of an answer: a press, one of the keys 0 to 9, or all digits in writing. Each is told together with
// the name of the drawing whose answer is on the page, as the server may have read another one meanwhile.

const sections = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  if (!sections.has(parentElement)) sections.set(parentElement, attach(parentElement.querySelector(".corrections")));
  const section = sections.get(parentElement);
  section.update(data, (said) => setTriggerValue("said", said));
  return () => {
    section.detach();
    sections.delete(parentElement);
  };
}

function attach(element) {
  const buttons = [...element.querySelectorAll("[data-label]")];
  const input = element.querySelector("input");
  const details = element.querySelector("details");
  const listening = new AbortController();
  let shown = null; // what the server said last
  let tell = null;

  const say = (what) => {
    const { drawing } = document.querySelector("[data-drawing]")?.dataset ?? {};
    if (drawing) tell({ drawing, ...what });
  };

  for (const button of buttons) button.addEventListener("click", () => say({ label: button.dataset.label }));

  element.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) say({ written: input.value });
  });

  const onKey = (event) => {
    if (!shown?.shown || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
    if (event.target.closest("input, textarea, select, [contenteditable], [role=dialog]")) return;
    event.preventDefault();
    say({ label: event.key });
  };
  addEventListener("keydown", onKey, { signal: listening.signal });

  return {
    update(data, toServer) {
      tell = toServer;
      element.classList.toggle("waiting", !data.shown);
      for (const button of buttons) {
        button.setAttribute("aria-pressed", String(data.pressed.includes(button.dataset.label)));
        button.disabled = !data.shown;
      }
      element.querySelector(".or").textContent = data.or;
      const thanks = element.querySelector(".thanks");
      if (thanks.textContent !== data.words) thanks.textContent = data.words;
      if (data.written !== shown?.written || !data.shown) {
        input.value = data.written;
        details.open = Boolean(data.written);
      }
      shown = data;
    },
    detach() {
      listening.abort();
    },
  };
}
