// What a visitor says of an answer: a press, one of the keys 0 to 9, or all digits in writing. Each is told together with
// the name of the drawing that it is about, as another one may have been drawn meanwhile.

const sections = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  if (!sections.has(parentElement)) sections.set(parentElement, attach(parentElement.querySelector(".corrections")));
  const section = sections.get(parentElement);
  section.update(data, (said) => setTriggerValue("said", { drawing: data.drawing, ...said }));
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
  let drawing = ""; // which is shown; none: nothing can be said
  let say = null;

  for (const button of buttons) button.addEventListener("click", () => say({ label: button.dataset.label }));

  element.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) say({ written: input.value });
  });

  const onKey = (event) => {
    if (!drawing || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
    if (event.target.closest("input, textarea, select, [contenteditable], [role=dialog]")) return;
    event.preventDefault();
    say({ label: event.key });
  };
  addEventListener("keydown", onKey, { signal: listening.signal });

  return {
    update(data, toServer) {
      say = toServer;
      element.classList.toggle("waiting", !data.drawing);
      for (const button of buttons) {
        button.setAttribute("aria-pressed", String(data.pressed.includes(button.dataset.label)));
        button.disabled = !data.drawing;
      }
      element.querySelector(".or").textContent = data.or;
      const thanks = element.querySelector(".thanks");
      if (thanks.textContent !== data.words) thanks.textContent = data.words;
      if (data.drawing !== drawing) {
        input.value = data.written;
        details.open = Boolean(data.written);
      }
      drawing = data.drawing;
    },
    detach() {
      listening.abort();
    },
  };
}
