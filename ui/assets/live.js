// Shows HTML and, when it changes, changes what is there instead of putting something new in its place:
// bars glide, pictures do not flicker, and a screen reader notices that a text has changed.

export default function ({ parentElement, data }) {
  const place = parentElement.querySelector(".live");
  const wanted = place.cloneNode(false);
  wanted.innerHTML = data.html;
  bring(place, wanted);
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
