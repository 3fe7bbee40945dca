// Shows HTML and, when it changes, changes what is there instead of putting something new in its place:
// bars glide, pictures do not flicker, and a screen reader notices that a text has changed.
//
// A button with data-choice sends its choice when it is pressed. Such buttons are one stop of the Tab key; the arrow keys
// go from one to the next in that direction. A picture with data-like shows what the one with that data-name does.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default function ({ parentElement, data, setStateValue }) {
  const place = parentElement.querySelector(".live");
  const wanted = place.cloneNode(false);
  wanted.innerHTML = data.html;
  for (const image of wanted.querySelectorAll("[data-like]")) {
    image.src = wanted.querySelector(`[data-name="${image.dataset.like}"]`).src;
  }
  bring(place, wanted);
  place.onclick = ({ target }) => {
    const button = target.closest("[data-choice]");
    if (button) setStateValue("chosen", button.dataset.choice);
  };
  place.onkeydown = (event) => {
    const button = event.target.closest("[data-choice]");
    if (!button || !(event.key in ARROWS)) return;
    event.preventDefault();
    const next = neighbour(button, choices(place), ...ARROWS[event.key]);
    if (next) focus(place, next);
  };
  const buttons = choices(place);
  const stop = buttons.find((button) => button === document.activeElement) ?? buttons.find(isPressed) ?? buttons[0];
  for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
}

const choices = (place) => [...place.querySelectorAll("[data-choice]")];
const isPressed = (button) => button.getAttribute("aria-pressed") === "true";

function focus(place, next) {
  for (const button of choices(place)) button.tabIndex = button === next ? 0 : -1;
  next.focus();
}

// Returns the nearest button in a direction, where a way off that direction counts thrice.
function neighbour(button, buttons, right, down) {
  const centre = (element) => {
    const box = element.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const [x, y] = centre(button);
  let [nearest, least] = [null, Infinity];
  for (const other of buttons) {
    const [dx, dy] = [centre(other)[0] - x, centre(other)[1] - y];
    const ahead = right * dx + down * dy;
    const aside = Math.abs(right * dy + down * dx);
    if (ahead > 1 && ahead + 3 * aside < least) [nearest, least] = [other, ahead + 3 * aside];
  }
  return nearest;
}

function bring(element, wanted) {
  for (const { name } of [...element.attributes]) {
    if (!wanted.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  const [nodes, wantedNodes] = [[...element.childNodes], [...wanted.childNodes]];
  wantedNodes.forEach((wantedNode, index) => {
    const node = nodes[index];
    if (!node) element.append(wantedNode);
    else if (node.nodeName !== wantedNode.nodeName) node.replaceWith(wantedNode);
    else if (node.nodeType === Node.ELEMENT_NODE) bring(node, wantedNode);
    else if (node.data !== wantedNode.data) node.data = wantedNode.data;
  });
  nodes.slice(wantedNodes.length).forEach((node) => node.remove());
}
